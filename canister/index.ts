/** The canister's entry points. What they do stands in the rooms beside. */
import { IDL } from '@dfinity/candid';
import { candidEncode, init, inspectMessage, isController, msgArgData, msgCaller, msgMethodName, msgReject, msgReply, postUpgrade, query, update } from 'azle';
import type { Caller } from './admin/admin.js';
import { CheckResult, Connection, ListArgument, ListPage, PaymentView, SettingsView, Stats, type ListArgumentValue } from './admin/interface.js';
import { asciiBytes } from './azle/ascii-bytes.js';
import { azleSystem } from './azle/azle-system.js';
import { StableMap } from './azle/stable-map.js';
import { Backend } from './backend.js';
import { CallerError } from './caller-error.js';
import { latin1 } from './encoding/bytes.js';
import { Cursor, MalformedArgument } from './encoding/candid-cursor.js';
import { ClaimArgument, ClaimResult, DeadLetter, type ClaimArgumentValue } from './fulfilment/interface.js';
import { HttpRequest, HttpResponse, HttpUpdateRequest, sampleRequests } from './http/interface.js';
import { MyPayment } from './shoppers/interface.js';
import { InitArgument, SettingsChanges, type DecodedChanges, type DecodedInitArgument } from './settings.js';
import { reduceAnswer } from './stripe/answer.js';
import { HttpResult, SAMPLE_TRANSFORM_ARGS, TransformArgs, readTransformArgs, transformedTemplate } from './stripe/outcall.js';

/** Azle neither decodes nor replies: `IDL` is too dear where shoppers pass, and strangers' arguments may be huge. */
const MANUAL = { manual: true };

/** `()` in Candid. */
const EMPTY_ARGUMENT = 'DIDL\0\0';

/** The longest argument of an administrator's, in bytes: a hundred payment links, and more. */
const LONGEST_ARGUMENT = 32_768;

/** The longest argument with the name of an order, in bytes. */
const LONGEST_NAME = 256;

/** Queries too may be called as updates. */
const FOR_ADMINS = ['get_settings', 'update_settings', 'check_connection', 'list_payments', 'get_payment', 'check_payment', 'canister_stats', 'list_concerns', 'list_dead_letters', 'retry_delivery'];

export default class {
  // Made when the canister starts, so that no shopper waits for it.
  private readonly transformed = transformedTemplate();
  private backend!: Backend;

  @init([InitArgument], MANUAL)
  init(): void {
    this.start();
  }

  @postUpgrade([InitArgument], MANUAL)
  postUpgrade(): void {
    this.start();
  }

  /** Lets in what would do anything: what is turned away here costs no cycles. */
  @inspectMessage(MANUAL)
  inspect(): boolean {
    const method = msgMethodName();
    const argument = msgArgData();
    try {
      if (method === 'http_request_update') return this.backend.pages.mayUpdate(argument);
      return argument.length <= (method === 'issue_reference' ? LONGEST_NAME : LONGEST_ARGUMENT) && this.mayCall(method, caller());
    } catch (error) {
      if (error instanceof CallerError) return false;
      throw error;
    }
  }

  /** Answers from what is known, and asks to be called as an update when it is time to ask Stripe. */
  @query([HttpRequest], HttpResponse, MANUAL)
  http_request(): void {
    try {
      msgReply(this.backend.pages.query(msgArgData()));
    } catch (error) {
      reject(error);
    }
  }

  /** Answers like the query, after asking Stripe where it is time to. */
  @update([HttpUpdateRequest], HttpResponse, MANUAL)
  async http_request_update(): Promise<void> {
    try {
      msgReply(await this.backend.pages.update(msgArgData()));
    } catch (error) {
      reject(error);
    }
  }

  /** Keeps of Stripe's answer what every node can agree on and what may be stored. */
  @query([TransformArgs], HttpResult, MANUAL)
  transform(): void {
    try {
      const { status, body } = readTransformArgs(msgArgData());
      msgReply(this.transformed.fill([asciiBytes(reduceAnswer(status, latin1(body)))]));
    } catch (error) {
      reject(error);
    }
  }

  @query([], SettingsView, MANUAL)
  get_settings(): Promise<void> {
    return this.administer([], [SettingsView], ({ admin }) => admin.getSettings());
  }

  /** What is left out stays as it is. */
  @update([SettingsChanges], SettingsView, MANUAL)
  update_settings(): Promise<void> {
    return this.administer([SettingsChanges], [SettingsView], ({ admin }, by, changes) => {
      admin.updateSettings(by, changes as DecodedChanges);
      return this.backend.admin.getSettings();
    });
  }

  /** Tries the key against Stripe, and says in words what is missing. */
  @update([], Connection, MANUAL)
  check_connection(): Promise<void> {
    return this.administer([], [Connection], ({ admin }) => admin.checkConnection());
  }

  @query([ListArgument], ListPage, MANUAL)
  list_payments(): Promise<void> {
    return this.administer([ListArgument], [ListPage], ({ admin }, _, argument) => admin.listPayments(argument as ListArgumentValue));
  }

  @query([IDL.Text], IDL.Opt(PaymentView), MANUAL)
  get_payment(): Promise<void> {
    return this.administer([IDL.Text], [IDL.Opt(PaymentView)], ({ admin }, _, id) => admin.getPayment(id as string));
  }

  /** Asks Stripe about a payment, whatever is known of it. */
  @update([IDL.Text], CheckResult, MANUAL)
  check_payment(): Promise<void> {
    return this.administer([IDL.Text], [CheckResult], ({ admin }, _, id) => admin.checkPayment(id as string));
  }

  @query([], Stats, MANUAL)
  canister_stats(): Promise<void> {
    return this.administer([], [Stats], ({ admin }) => admin.canisterStats());
  }

  @query([], IDL.Vec(PaymentView), MANUAL)
  list_concerns(): Promise<void> {
    return this.administer([], [IDL.Vec(PaymentView)], ({ admin }) => admin.listConcerns());
  }

  @query([], IDL.Vec(DeadLetter), MANUAL)
  list_dead_letters(): Promise<void> {
    return this.administer([], [IDL.Vec(DeadLetter)], ({ deliveries }) => deliveries.deadLetters());
  }

  /** Has a delivery made again that was given up, and those of the same payment behind it. */
  @update([IDL.Nat64], undefined, MANUAL)
  retry_delivery(): Promise<void> {
    return this.administer([IDL.Nat64], [], ({ deliveries }, _, number) => {
      deliveries.retry(number as bigint);
    });
  }

  /** Gives a payment to a fulfiller, once, where it is the one that was expected. */
  @update([ClaimArgument], ClaimResult, MANUAL)
  claim_payment(): Promise<void> {
    return this.serve([ClaimArgument], [ClaimResult], ({ claims }) => ({
      check: (by) => claims.check(by.principal),
      act: async (by, argument) => ({ [await claims.claim(by.principal, argument as ClaimArgumentValue)]: null }),
    }));
  }

  /** Issues a reference that is bound to the shopper who calls. */
  @update([IDL.Text], IDL.Text, MANUAL)
  issue_reference(): Promise<void> {
    return this.serve([IDL.Text], [IDL.Text], ({ shoppers }) => ({
      check: (by) => shoppers.admit(by.principal),
      act: (by, name) => shoppers.issue(by.principal, name as string),
    }));
  }

  /** The payments by the references that were issued to the caller. */
  @query([], IDL.Vec(MyPayment), MANUAL)
  my_payments(): Promise<void> {
    return this.serve([], [IDL.Vec(MyPayment)], ({ shoppers }) => ({
      check: (by) => shoppers.check(by.principal),
      act: (by) => shoppers.mine(by.principal),
    }));
  }

  /** Whether somebody may call a method as an update. Shoppers may not read their payments so: anybody may be a shopper. */
  private mayCall(method: string, by: Caller): boolean {
    const { admin, claims, shoppers } = this.backend;
    if (FOR_ADMINS.includes(method)) return admin.isAdmin(by);
    if (method === 'claim_payment') return claims.isFulfiller(by.principal);
    return method === 'issue_reference' && shoppers.mayIssue(by.principal);
  }

  /** Does something for an administrator. */
  private administer(types: IDL.Type[], results: IDL.Type[], act: (backend: Backend, by: Caller, argument: unknown) => unknown): Promise<void> {
    return this.serve(types, results, (backend) => ({ check: (by) => backend.admin.check(by), act: (by, argument) => act(backend, by, argument) }));
  }

  /** Does something for whoever passes the check. Others' arguments are not even decoded. */
  private async serve(types: IDL.Type[], results: IDL.Type[], service: (backend: Backend) => Service): Promise<void> {
    try {
      const by = caller();
      const { check, act } = service(this.backend);
      check(by);
      const result = await act(by, decode(types, msgArgData()));
      msgReply(new Uint8Array(IDL.encode(results, results.length > 0 ? [result] : [])));
    } catch (error) {
      reject(error);
    }
  }

  /** Takes the settings from the argument; where it is empty, as in a plain upgrade, the stored ones stay. */
  private start(): void {
    const argument = msgArgData();
    const decoded = latin1(argument) === EMPTY_ARGUMENT ? undefined : IDL.decode([InitArgument], argument)[0];
    this.backend = new Backend(azleSystem(), new StableMap(), decoded as DecodedInitArgument | undefined);
    for (const sample of [...sampleRequests(candidEncode), candidEncode(SAMPLE_TRANSFORM_ARGS)]) Cursor.learn(sample);
  }
}

/** What a method does, and for whom. */
interface Service {
  /** Throws a CallerError for who may not call it. */
  check: (by: Caller) => void;
  /** @param argument the first one, decoded; undefined where the method takes none */
  act: (by: Caller, argument: unknown) => unknown;
}

function caller(): Caller {
  const principal = msgCaller();
  return { principal: principal.toText(), isController: isController(principal) };
}

/** The first argument. Throws a CallerError. */
function decode(types: IDL.Type[], argument: Uint8Array): unknown {
  if (types.length === 0) return undefined;
  if (argument.length > LONGEST_ARGUMENT) throw new MalformedArgument('too long');
  Cursor.check(argument);
  try {
    return IDL.decode(types, argument)[0];
  } catch {
    throw new MalformedArgument('see the Candid file for the type');
  }
}

/** Rejects the call for what the caller must mend; anything else traps, and leaves no trace. */
function reject(error: unknown): void {
  if (error instanceof MalformedArgument) msgReject(`This method does not take such an argument: ${error.message}.`);
  else if (error instanceof CallerError) msgReject(error.message);
  else throw error;
}
