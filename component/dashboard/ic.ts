/**
 * The only module that knows the Internet Computer's client libraries. Whoever moves to others of their kind changes this file:
 * it gives out {@link connect}, {@link connectShopper}, and the two types that Candid is written with in `idl.ts`.
 */
import { Actor, AgentError, CanisterStatus, CertifiedRejectErrorCode, HttpAgent, HttpErrorCode, type Identity, TransportError, TrustError, UncertifiedRejectErrorCode, UncertifiedRejectUpdateErrorCode } from '@dfinity/agent';
import { AuthClient, ERROR_USER_INTERRUPT } from '@dfinity/auth-client';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { isLocalHost } from '../local-host.js';
import { idlFactory as shopperIdl } from '../sign-in/idl.js';
import type { ShopperAccess, Target } from '../sign-in/shopper.js';
import { SignInError, type Access, type ConnectOptions, type Session } from './access.js';
import { BackendError, type Backend } from './backend.js';
import { idlFactory } from './idl.js';

export type Idl = Parameters<IDL.InterfaceFactory>[0]['IDL'];
export type IdlService = IDL.ServiceClass;

const LONGEST_SESSION = 8n * 3_600_000_000_000n;

/** Makes ready to sign in, so that a click can open the window at once. Throws where the browser keeps no keys. */
export async function connect({ canisterId, host, identityProvider, derivationOrigin }: ConnectOptions): Promise<Access> {
  const canister = Principal.fromText(canisterId);
  let client = await newClient();
  /** One tab after the other, or one would keep a key that another is about to delete. */
  const inTurn = (task: () => Promise<void>): Promise<void> => navigator.locks.request('ic-stripe-dashboard', task);
  /** Counts the sessions, so that nothing is asked in the name of one that is over. */
  let current = 0;

  /** A client that has been signed out keeps no key in storage: each session has its own. */
  function release(): Promise<void> {
    current += 1;
    return inTurn(async () => {
      client = await newClient();
    });
  }

  function signOut(): Promise<void> {
    current += 1;
    return inTurn(async () => {
      await client.logout();
      client = await newClient();
    });
  }

  async function open(): Promise<Session> {
    const identity = client.getIdentity();
    const agent = await agentOf(host, identity);
    const [holder, session] = [client, current];
    const isValid = () => session === current && holder.isAuthenticated();
    return {
      principal: identity.getPrincipal().toText(),
      backend: backendOf(agent, canister, isValid),
      async isController() {
        try {
          const status = await CanisterStatus.request({ agent, canisterId: canister, paths: ['controllers'] });
          return (status.get('controllers') as Principal[] | null)?.some((controller) => controller.toText() === identity.getPrincipal().toText());
        } catch {
          return undefined;
        }
      },
    };
  }

  return {
    resume: async () => ((await client.isAuthenticated()) ? open() : undefined),
    signIn: () => login(client, identityProvider, derivationOrigin).then(open),
    signOut,
    release,
  };
}

/** Makes ready for shoppers to sign in: one session for all canisters. Throws where the browser keeps no keys. */
export async function connectShopper(): Promise<ShopperAccess> {
  let client = await newClient();
  let giveUp: (() => void) | undefined;

  async function call<T>({ canisterId, host }: Target, method: string, ...values: unknown[]): Promise<T> {
    const agent = await agentOf(host, client.getIdentity());
    const actor: Record<string, (...values: unknown[]) => Promise<unknown>> = Actor.createActor(shopperIdl, { agent, canisterId });
    const got = await actor[method](...values).catch(fail);
    return new Map(shopperIdl({ IDL })._fields).get(method)!.retTypes[0]?.accept(decoder, got) as T;
  }

  return {
    async principal() {
      // Another tab, or the shop itself, may have signed in since.
      if (!(await client.isAuthenticated())) client = await newClient();
      return (await client.isAuthenticated()) ? client.getIdentity().getPrincipal().toText() : undefined;
    },
    signIn(identityProvider) {
      // One window at a time: whoever waited for the last one waits for nothing.
      giveUp?.();
      const givenUp = new Promise<never>((_, reject) => (giveUp = () => reject(new SignInError('closed'))));
      return Promise.race([login(client, identityProvider), givenUp]);
    },
    async signOut() {
      await client.logout();
      client = await newClient();
    },
    issueReference: (target, reference) => call(target, 'issue_reference', reference),
    myPayments: (target) => call(target, 'my_payments'),
  };
}

/** Without the library's watch over idleness: the dashboard has one over all tabs, and a shop's page would be loaded anew by it. */
function newClient(): Promise<AuthClient> {
  return AuthClient.create({ idleOptions: { disableIdle: true } });
}

/** Calls with all verification on. Only on this machine is the root key asked for. */
function agentOf(host: string, identity: Identity): Promise<HttpAgent> {
  return HttpAgent.create({ host, identity, verifyQuerySignatures: true, shouldFetchRootKey: isLocalHost(new URL(host).hostname) }).catch(fail);
}

/** Opens the identity provider's window, at once. Rejects with a {@link SignInError}. */
function login(client: AuthClient, identityProvider?: string, derivationOrigin?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (text?: string) => reject(text === ERROR_USER_INTERRUPT ? new SignInError('closed') : new SignInError('failed', text));
    const isOpen = watchOpening(() => void client.login({ maxTimeToLive: LONGEST_SESSION, onSuccess: () => resolve(), onError, ...(identityProvider && { identityProvider }), ...(derivationOrigin && { derivationOrigin }) }));
    if (!isOpen) reject(new SignInError('blocked'));
  });
}

/** Whether a window was opened; the client that tries to does not say. */
function watchOpening(task: () => void): boolean {
  const open = Reflect.get(window, 'open');
  let isOpen = false;
  window.open = (...address) => {
    const opened = open.apply(window, address);
    isOpen = opened !== null;
    return opened;
  };
  try {
    task();
  } finally {
    window.open = open;
  }
  return isOpen;
}

function backendOf(agent: HttpAgent, canisterId: Principal, isValid: () => boolean | Promise<boolean>): Backend {
  const actor: Record<string, (...values: unknown[]) => Promise<unknown>> = Actor.createActor(idlFactory, { agent, canisterId });
  const types = new Map(idlFactory({ IDL })._fields);
  async function call<T>(method: string, ...values: unknown[]): Promise<T> {
    if (!(await isValid())) throw new BackendError('expired', '');
    const { argTypes, retTypes } = types.get(method)!;
    const sent = argTypes.map((type, index) => type.accept(encoder, values[index]));
    const got = await actor[method](...sent).catch(fail);
    return retTypes[0]?.accept(decoder, got) as T;
  }
  return {
    getSettings: () => call('get_settings'),
    updateSettings: (changes) => call('update_settings', changes),
    checkConnection: () => call('check_connection'),
    listPayments: (argument) => call('list_payments', argument),
    getPayment: (id) => call('get_payment', id),
    checkPayment: (id) => call('check_payment', id),
    stats: () => call('canister_stats'),
    listConcerns: () => call('list_concerns'),
    listDeadLetters: () => call('list_dead_letters'),
    retryDelivery: (number) => call('retry_delivery', number),
  };
}

type Values = Record<string, unknown>;

/** Walks along a type and a value of it. */
class Converter extends IDL.Visitor<unknown, unknown> {
  override visitType(_: IDL.Type, value: unknown): unknown {
    return value;
  }
  override visitVec<T>(_: IDL.VecClass<T>, type: IDL.Type<T>, value: unknown): unknown {
    return (value as unknown[]).map((item) => type.accept(this, item));
  }
  override visitRecord(_: IDL.RecordClass, fields: [string, IDL.Type][], value: unknown): unknown {
    return Object.fromEntries(fields.map(([name, type]) => [name, type.accept(this, (value as Values)[name])]));
  }
  override visitTuple(_: IDL.TupleClass<unknown[]>, types: IDL.Type[], value: unknown): unknown {
    return types.map((type, index) => type.accept(this, (value as unknown[])[index]));
  }
}

/** From plain values to what Candid's encoder takes. */
const encoder = new (class extends Converter {
  override visitOpt<T>(_: IDL.OptClass<T>, type: IDL.Type<T>, value: unknown): unknown {
    return value === undefined || value === null ? [] : [type.accept(this, value)];
  }
  override visitPrincipal(_: IDL.PrincipalClass, value: unknown): unknown {
    return Principal.fromText(value as string);
  }
  override visitFixedNat(_: IDL.FixedNatClass, value: unknown): unknown {
    return typeof value === 'number' && _._bits > 32 ? BigInt(value) : value;
  }
})();

/** From what Candid's decoder gives to plain values. */
const decoder = new (class extends Converter {
  override visitOpt<T>(_: IDL.OptClass<T>, type: IDL.Type<T>, value: unknown): unknown {
    const [content] = value as [] | [unknown];
    return content === undefined ? null : type.accept(this, content);
  }
  override visitPrincipal(_: IDL.PrincipalClass, value: unknown): unknown {
    return (value as Principal).toText();
  }
  override visitFixedNat(_: IDL.FixedNatClass, value: unknown): unknown {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new BackendError('unexpected', `${String(value)} is too large to be counted exactly.`);
    return number;
  }
  /** Cycles, which are shown by a few digits. */
  override visitNat(_: IDL.NatClass, value: unknown): unknown {
    return Number(value);
  }
})();

/** Says in the dashboard's terms what the agent throws. */
function fail(error: unknown): never {
  if (!(error instanceof AgentError)) throw new BackendError('unexpected', error instanceof Error ? error.message : String(error));
  const { code } = error;
  if (code instanceof CertifiedRejectErrorCode || code instanceof UncertifiedRejectErrorCode || code instanceof UncertifiedRejectUpdateErrorCode) {
    const { rejectMessage } = code;
    throw new BackendError(/^Only administrators may/.test(rejectMessage) ? 'not_admin' : 'refused', rejectMessage);
  }
  if (code instanceof HttpErrorCode && /delegation|expir/i.test(code.bodyText ?? '')) throw new BackendError('expired', code.bodyText!);
  if (error instanceof TransportError || code instanceof HttpErrorCode) throw new BackendError('unreachable', error.message);
  throw new BackendError(error instanceof TrustError ? 'untrusted' : 'unexpected', error.message);
}
