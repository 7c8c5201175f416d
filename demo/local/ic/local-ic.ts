import { Principal } from '@dfinity/principal';
import { setMaxListeners } from 'node:events';
import { Activity } from './activity.js';
import type { IngressCall, Subnet } from './agent-api/subnet.js';
import type { Respond } from './call-context.js';
import { Canister } from './canister.js';
import type { Trappable } from './canister-core.js';
import { DataCertificates } from './certification/data-certificates.js';
import type { CanisterState } from './certification/subnet-state.js';
import { Trust } from './certification/trust.js';
import { Clock } from './clock.js';
import type { Expenses } from './cycle-account.js';
import { type Faults, NO_FAULTS } from './faults.js';
import type { CanisterSettings } from './management/canister-control.js';
import { Management } from './management/management.js';
import { type OutcallOptions, performOutcall } from './outcall/outcall.js';
import { createCanisterPrice } from './prices.js';
import { ErrorCode, reject, RejectCode, RejectError, rejectWith, replyOrThrow, type Response } from './reject.js';
import type { Call, ExecutedMessage, Surroundings } from './surroundings.js';

export interface LocalIcOptions {
  /** How many simulated nodes make each replicated HTTPS outcall. Default 1. */
  nodes?: number;
  /** How many nodes prices are reckoned for. Default 13, mainnet's application subnets. */
  pricedNodes?: number;
  /** Where outcalls to an https host really go: `{ 'api.stripe.com': 'http://localhost:4242' }`. Others go to the network. */
  outcallHosts?: Record<string, string>;
  /** How long a node waits for a server. Default 30,000. */
  outcallTimeoutMs?: number;
  /** How long the subnet waits until its nodes agree. Default twice as long as a node waits. */
  subnetTimeoutMs?: number;
  /** Where keys and random numbers come from: the same in every run with the same text. Default: from the system. */
  seed?: string;
  /** How long one message may run, in real milliseconds, before it is put to an end. Default 60,000. */
  executionLimitMs?: number;
  /** The most that a canister's heap and, apart from it, its stable memory may grow to, in bytes. Default 1 GiB. */
  memoryLimit?: number;
  /** What goes wrong; see {@link LocalIc.faults}. Default: nothing. */
  faults?: Partial<Faults>;
  /** Takes a line at a time: what canisters print, and why their messages trapped. Default: nothing is logged. */
  log?: (line: string) => void;
  /** Told of each message that has been executed. */
  onMessage?: (message: ExecutedMessage) => void;
}

const DEFAULT_CYCLES = 3_000_000_000_000n;
/** The controller of canisters created without one. Not the anonymous principal, or any caller would be a controller. */
export const DEFAULT_CONTROLLER = Principal.selfAuthenticating(new TextEncoder().encode('controller of the local IC'));
/** The first canister id that local replicas hand out, known as `uxrrr-q7777-77774-qaaaq-cai`; the others count up from it. */
const FIRST_CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai').toUint8Array();
const MANAGEMENT = Principal.managementCanister();
/** The largest argument of an ingress message: 2 MiB. */
const MAX_INGRESS = 2 * 2 ** 20;
/** How long {@link LocalIc.close} waits for messages to end by themselves. */
const CLOSING_MS = 2_000;

/**
 * A local Internet Computer of one application subnet, by the interface specification. It runs canisters' real Wasm, each on
 * threads of its own. What it does not do, it refuses by name.
 */
export class LocalIc implements Subnet {
  /** Keys: of the root of trust, the subnet and its nodes. */
  readonly trust: Trust;
  /** What goes wrong from now on; can be changed at any time. */
  readonly faults: Faults;
  readonly #canisters = new Map<string, Canister>();
  readonly #clock = new Clock();
  readonly #activity = new Activity();
  readonly #outcalls = new Activity();
  readonly #closed = new AbortController();
  readonly #management: Management;
  readonly #outcallOptions: OutcallOptions;
  readonly #surroundings: Surroundings;
  #created = 0n;
  #drawn = 0;

  constructor(options: LocalIcOptions = {}) {
    const { nodes = 1, pricedNodes = 13, outcallHosts = {}, outcallTimeoutMs = 30_000, seed, log = () => undefined, onMessage = () => undefined } = options;
    setMaxListeners(0, this.#closed.signal); // each outcall under way listens
    this.trust = Trust.create(seed, nodes);
    this.faults = { ...NO_FAULTS, ...options.faults };
    this.#outcallOptions = {
      nodes,
      pricedNodes,
      hosts: outcallHosts,
      serverTimeoutMs: outcallTimeoutMs,
      subnetTimeoutMs: options.subnetTimeoutMs ?? 2 * outcallTimeoutMs,
      signal: this.#closed.signal,
      faults: this.faults,
      draw: () => Buffer.from(this.#random(4)).readUInt32BE() / 2 ** 32,
      wait: (ms) => this.#clock.wait(ms),
    };
    const certificates = new DataCertificates(this.trust);
    this.#surroundings = {
      clock: this.#clock,
      activity: this.#activity,
      faults: this.faults,
      pricedNodes,
      executionLimitMs: options.executionLimitMs ?? 60_000,
      memoryLimit: options.memoryLimit ?? 2 ** 30,
      rootKey: this.trust.rootKey,
      subnet: this.trust.subnet,
      log,
      onMessage,
      certify: (canister) => certificates.of(canister, this.#clock.now()),
      send: (call, respond) => {
        this.#send(call, respond);
      },
    };
    this.#management = new Management(
      {
        canister: (id) => this.#canisters.get(id.toText()),
        create: (canister) => this.#create(canister),
        defaultCycles: DEFAULT_CYCLES,
        random: (bytes) => this.#random(bytes),
      },
      {
        httpRequest: (call, respond) => {
          this.#httpRequest(call, respond);
        },
        creationFee: createCanisterPrice(BigInt(pricedNodes)),
      },
    );
  }

  /** An empty canister. Ids are the same in every run, in the order of creation, unless `id` says otherwise. */
  createCanister(options: { id?: Principal; cycles?: bigint; controller?: Principal } = {}): Principal {
    return this.#create({ id: options.id, cycles: options.cycles ?? DEFAULT_CYCLES, settings: { controllers: [options.controller ?? DEFAULT_CONTROLLER] } });
  }

  /** The time of the IC, in nanoseconds since 1970. */
  now(): bigint {
    return this.#clock.now();
  }

  canisters(): readonly CanisterState[] {
    return [...this.#canisters.values()].map(({ state }) => state);
  }

  hasCanister(id: Principal): boolean {
    return this.#canisters.has(id.toText());
  }

  /**
   * Installs a Wasm module, plain or gzipped, as the canister's controller.
   * @throws {RejectError} when the module is refused or `canister_init` traps; the canister is then as it was
   */
  async install(id: Principal, wasm: Uint8Array, arg: Uint8Array, mode: 'install' | 'reinstall' = 'install'): Promise<void> {
    const canister = this.#canister(id);
    await canister.install(wasm, arg, callerOfCode(canister), mode);
  }

  /**
   * Upgrades a canister: new code, empty heap, stable memory kept; all or nothing. By default as `icp` and `dfx` do it:
   * stop, upgrade, start. The canister then takes no calls (reject 5, "is stopping") while its open ones end, which an
   * outcall can delay by a minute. With `stop: false` the upgrade happens at once. Answers to calls that the old code made
   * are then given to the new code, which calls back whatever stands at that place of its own table, as on the IC; in an
   * Azle canister that is an invalid pointer.
   * @throws {RejectError} when the module is refused or `canister_pre_upgrade` or `canister_post_upgrade` traps; the old
   * code then runs on, with its heap
   */
  async upgrade(id: Principal, wasm: Uint8Array, arg: Uint8Array, options: { stop?: boolean } = {}): Promise<void> {
    const canister = this.#canister(id);
    const upgrade = () => canister.upgrade(wasm, arg, callerOfCode(canister), { skipPreUpgrade: false });
    if (options.stop === false) {
      await upgrade();
      return;
    }
    await canister.stop();
    try {
      await upgrade();
    } finally {
      canister.start();
    }
  }

  /**
   * A non-replicated query, which leaves no trace.
   * @param caller the anonymous principal by default
   * @throws {RejectError}
   */
  async query(id: Principal, method: string, arg: Uint8Array, caller = Principal.anonymous()): Promise<Uint8Array> {
    return replyOrThrow(await this.#canister(id).query(method, arg, caller.toUint8Array()));
  }

  /**
   * An ingress message: `canister_inspect_message` is asked first. Resolves when the canister has replied. A query can be
   * called in this way too, and is then executed in replicated mode.
   * @param caller the anonymous principal by default
   * @throws {RejectError}
   */
  async update(id: Principal, method: string, arg: Uint8Array, caller = Principal.anonymous()): Promise<Uint8Array> {
    const { response } = await this.submit({ canister: id, method, argument: arg, sender: caller }, () => undefined);
    return replyOrThrow(await response);
  }

  async submit(call: IngressCall, onProcessing: () => void): Promise<{ readonly response: Promise<Response> }> {
    const { canister: id, method, argument, sender, expiry } = call;
    if (argument.length > MAX_INGRESS) throw new RejectError(RejectCode.SysFatal, `The argument has ${argument.length} bytes, of at most ${MAX_INGRESS} in an ingress message`);
    const isManagement = id.compareTo(MANAGEMENT) === 'eq';
    if (isManagement) this.#management.checkIngress(method, argument, sender);
    else {
      const refusal = await this.#canister(id).inspect(method, argument, sender.toUint8Array());
      if (refusal !== undefined) replyOrThrow(refusal);
    }
    const message: Call = {
      origin: 'ingress', caller: sender.toUint8Array(), callee: id.toUint8Array(), method, argument, cycles: 0n, deadline: 0n, onStart: onProcessing,
    };
    const end = this.#activity.begin();
    const response = this.#round().then(() => new Promise<Response>((resolve) => {
      if (expiry !== undefined && this.now() > expiry) resolve(reject(RejectCode.SysTransient, 'The call has expired before it could be processed'));
      else {
        if (isManagement) onProcessing();
        this.#send(message, resolve);
      }
      end();
    }));
    return { response };
  }

  async answerQuery({ canister, method, argument, sender }: IngressCall): Promise<Response> {
    if (canister.compareTo(MANAGEMENT) === 'eq') return this.#management.query(method, argument, sender);
    const found = this.#canisters.get(canister.toText());
    if (found === undefined) return notFound(canister);
    return found.query(method, argument, sender.toUint8Array());
  }

  effectiveCanister({ method, argument }: IngressCall): Principal | 'any' | undefined {
    return this.#management.effectiveCanister(method, argument);
  }

  /**
   * Moves the clock of all canisters ahead in one jump, and fires what is due by then: a repeating timer once, not once
   * for every period skipped. Resolves when the messages that follow have been executed; an HTTPS outcall that one of them
   * makes is not waited for (see {@link settled}).
   */
  async advanceTime(ms: number): Promise<void> {
    this.#clock.advance(ms);
    await this.#activity.quiet();
  }

  /** Resolves when nothing is under way: no message, no call, no HTTPS outcall, no timer that is due. Timers to come do not count. */
  async settled(): Promise<void> {
    do {
      await this.#outcalls.quiet();
      await this.#activity.quiet();
    } while (this.#outcalls.busy || this.#clock.ringDue());
  }

  cycleBalance(id: Principal): bigint {
    return this.#canister(id).cycles;
  }

  setCycleBalance(id: Principal, cycles: bigint): void {
    const canister = this.#canister(id);
    canister.deposit(cycles - canister.cycles);
  }

  /** What a canister's cycles have gone to so far, by purpose. */
  expenses(id: Principal): Expenses {
    return this.#canister(id).expenses;
  }

  /** What merely being there costs a canister, in cycles a day. */
  idleCyclesPerDay(id: Principal): bigint {
    return this.#canister(id).idleCyclesPerDay;
  }

  /**
   * For tests of what a canister makes of its own traps: the next message of this kind does all its work and then traps.
   * Messages that a canister or a timer has caused do not count.
   */
  trapNext(id: Principal, kind: Trappable): void {
    this.#canister(id).trapNext(kind);
  }

  /** A copy of the canister's stable memory, whole pages. */
  stableMemory(id: Principal): Uint8Array {
    return this.#canister(id).stableMemory();
  }

  /**
   * Stops timers, cuts outcalls off (the canister sees a reject), and resolves when no message is being executed any more;
   * one that does not end is put to an end. An outcall begun after that is never answered, so that a canister that tries
   * again and again comes to rest.
   */
  async close(): Promise<void> {
    this.#clock.close();
    this.#closed.abort();
    let impatient: NodeJS.Timeout | undefined;
    await Promise.race([this.settled(), new Promise((resolve) => (impatient = setTimeout(resolve, CLOSING_MS)))]);
    clearTimeout(impatient);
    await Promise.all([...this.#canisters.values()].map((canister) => canister.end()));
    await this.settled();
  }

  #create({ id = this.#nextId(), cycles, settings }: { id?: Principal; cycles: bigint; settings: Partial<CanisterSettings> }): Principal {
    if (this.#canisters.has(id.toText())) throw new Error(`there is a canister ${id.toText()} already`);
    this.#canisters.set(id.toText(), new Canister(id, { controllers: [DEFAULT_CONTROLLER], ...settings }, cycles, this.#surroundings));
    return id;
  }

  #canister(id: Principal): Canister {
    const canister = this.#canisters.get(id.toText());
    if (canister === undefined) throw new RejectError(RejectCode.DestinationInvalid, `Canister ${id.toText()} not found`, ErrorCode.CanisterNotFound);
    return canister;
  }

  #nextId(): Principal {
    for (;;) {
      const bytes = FIRST_CANISTER.slice();
      const number = new DataView(bytes.buffer, bytes.byteOffset, 8); // canister ids count in their first 8 bytes, big endian
      number.setBigUint64(0, number.getBigUint64(0) + this.#created);
      this.#created += 1n;
      const id = Principal.fromUint8Array(bytes);
      if (!this.hasCanister(id)) return id;
    }
  }

  /** Bytes that nobody can foresee, unless they know the seed. */
  #random(count: number): Uint8Array {
    this.#drawn += 1;
    return this.trust.random(`draw ${this.#drawn}`, count);
  }

  /** Resolves when consensus has brought something in. */
  async #round(): Promise<void> {
    const { roundMs } = this.faults;
    if (roundMs > 0) await this.#clock.wait(roundMs);
  }

  #send(call: Call, respond: Respond): void {
    const callee = Principal.fromUint8Array(call.callee);
    if (callee.compareTo(MANAGEMENT) === 'eq') {
      this.#management.call(call, respond);
      return;
    }
    const canister = this.#canisters.get(callee.toText());
    if (canister !== undefined) canister.receive(call, respond);
    else respond(notFound(callee), call.cycles);
  }

  #httpRequest(call: Call, respond: Respond): void {
    if (this.#closed.signal.aborted) return;
    const caller = this.#canister(Principal.fromUint8Array(call.caller));
    const context = {
      caller: caller.id,
      argument: call.argument,
      cycles: call.cycles,
      transform: (method: string, argument: Uint8Array) => caller.transform(method, argument),
    };
    const end = this.#outcalls.begin();
    const jump = this.faults.clockJumpMs;
    if (jump > 0) {
      this.faults.clockJumpMs = 0;
      setImmediate(() => {
        this.#clock.advance(jump);
      });
    }
    performOutcall(context, this.#outcallOptions)
      .then(
        async ({ response, refunded }) => {
          await this.#round();
          respond(response, refunded);
        },
        (error: unknown) => {
          respond(reject(RejectCode.SysFatal, `The local IC failed: ${String(error)}`), 0n);
        },
      )
      .finally(end);
  }
}

function callerOfCode(canister: Canister): Principal {
  return canister.settings.controllers[0] ?? DEFAULT_CONTROLLER;
}

function notFound(id: Principal): Response {
  return rejectWith(ErrorCode.CanisterNotFound, `Canister ${id.toText()} not found`);
}
