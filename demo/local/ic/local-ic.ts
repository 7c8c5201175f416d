import { Principal } from '@dfinity/principal';
import { setMaxListeners } from 'node:events';
import { Activity } from './activity.js';
import type { Respond } from './call-context.js';
import { type Call, Canister, type Surroundings, type Trappable } from './canister.js';
import { type CanisterModule, loadCanisterModule } from './canister-module.js';
import { Clock } from './clock.js';
import { Management } from './management.js';
import { type OutcallOptions, performOutcall } from './outcall/outcall.js';
import { reject, RejectCode, RejectError, replyOrThrow, type Response } from './reject.js';

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
  /** Takes a line at a time: what canisters print, and why their messages trapped. Default: nothing is logged. */
  log?: (line: string) => void;
}

const DEFAULT_CYCLES = 3_000_000_000_000n;
/** The controller of canisters created without one. Not the anonymous principal, or any caller would be a controller. */
export const DEFAULT_CONTROLLER = Principal.selfAuthenticating(new TextEncoder().encode('controller of the local IC'));
/** The first canister id that local replicas hand out, known as `uxrrr-q7777-77774-qaaaq-cai`; the others count up from it. */
const FIRST_CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai').toUint8Array();
const MANAGEMENT = Principal.managementCanister();
/** The largest argument of an ingress message: 2 MiB. */
const MAX_INGRESS = 2 * 2 ** 20;

/**
 * A local Internet Computer that runs canisters' real Wasm in this process, by the interface specification. What it does
 * not do, it refuses by name. An endless loop in a canister hangs the process: nothing can interrupt Wasm on its thread.
 */
export class LocalIc {
  readonly #canisters = new Map<string, Canister>();
  readonly #clock = new Clock();
  readonly #activity = new Activity();
  readonly #outcalls = new Activity();
  readonly #closed = new AbortController();
  readonly #management = new Management((call, respond) => {
    this.#httpRequest(call, respond);
  });
  readonly #outcallOptions: OutcallOptions;
  readonly #surroundings: Surroundings;
  #created = 0n;

  constructor(options: LocalIcOptions = {}) {
    const { nodes = 1, pricedNodes = 13, outcallHosts = {}, outcallTimeoutMs = 30_000, log = () => undefined } = options;
    setMaxListeners(0, this.#closed.signal); // each outcall under way listens
    this.#outcallOptions = {
      nodes,
      pricedNodes,
      hosts: outcallHosts,
      serverTimeoutMs: outcallTimeoutMs,
      subnetTimeoutMs: options.subnetTimeoutMs ?? 2 * outcallTimeoutMs,
      signal: this.#closed.signal,
    };
    this.#surroundings = {
      clock: this.#clock,
      activity: this.#activity,
      pricedNodes,
      log,
      send: (call, respond) => {
        this.#send(call, respond);
      },
    };
  }

  /** An empty canister. Ids are the same in every run, in the order of creation, unless `id` says otherwise. */
  createCanister(options: { id?: Principal; cycles?: bigint; controller?: Principal } = {}): Principal {
    const id = options.id ?? this.#nextId();
    if (this.#canisters.has(id.toText())) throw new Error(`there is a canister ${id.toText()} already`);
    this.#canisters.set(id.toText(), new Canister(id, [options.controller ?? DEFAULT_CONTROLLER], options.cycles ?? DEFAULT_CYCLES, this.#surroundings));
    return id;
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
    await canister.install(await load(wasm), arg, callerOfCode(canister), mode);
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
    const code = await load(wasm);
    if (options.stop === false) {
      await canister.upgrade(code, arg, callerOfCode(canister));
      return;
    }
    await canister.stop();
    try {
      await canister.upgrade(code, arg, callerOfCode(canister));
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
    return replyOrThrow(await this.#canister(id).query(method, arg, caller.toUint8Array(), 'NRQ'));
  }

  /**
   * An ingress message: `canister_inspect_message` is asked first. Resolves when the canister has replied. A query can be
   * called in this way too, and is then executed in replicated mode.
   * @param caller the anonymous principal by default
   * @throws {RejectError}
   */
  async update(id: Principal, method: string, arg: Uint8Array, caller = Principal.anonymous()): Promise<Uint8Array> {
    const canister = this.#canister(id);
    if (arg.length > MAX_INGRESS) throw new RejectError(RejectCode.SysFatal, `The argument has ${arg.length} bytes, of at most ${MAX_INGRESS} in an ingress message`);
    const from = caller.toUint8Array();
    const refusal = await canister.inspect(method, arg, from);
    if (refusal !== undefined) return replyOrThrow(refusal);
    const call: Call = { origin: 'ingress', caller: from, callee: id.toUint8Array(), method, argument: arg, cycles: 0n, deadline: 0n };
    return replyOrThrow(await new Promise<Response>((resolve) => {
      canister.receive(call, resolve);
    }));
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

  /** Resolves when nothing is under way: no message, no call, no HTTPS outcall. Timers to come do not count. */
  async settled(): Promise<void> {
    do {
      await this.#outcalls.quiet();
      await this.#activity.quiet();
    } while (this.#outcalls.busy);
  }

  cycleBalance(id: Principal): bigint {
    return this.#canister(id).cycles;
  }

  setCycleBalance(id: Principal, cycles: bigint): void {
    this.#canister(id).cycles = cycles;
  }

  /**
   * For tests of what a canister makes of its own traps: the next message of this kind does all its work and then traps.
   * Messages that a canister or a timer has caused do not count. (Nothing here counts instructions, so that none runs out
   * of them by itself.)
   */
  trapNext(id: Principal, kind: Trappable): void {
    this.#canister(id).trapNext(kind);
  }

  /** A copy of the canister's stable memory, whole pages. */
  stableMemory(id: Principal): Uint8Array {
    return this.#canister(id).stable.copy();
  }

  /**
   * Stops timers, cuts outcalls off (the canister sees a reject), and resolves when no message is being executed any more.
   * An outcall begun after that is never answered, so that a canister that tries again and again comes to rest.
   */
  async close(): Promise<void> {
    this.#clock.close();
    this.#closed.abort();
    await this.settled();
  }

  #canister(id: Principal): Canister {
    const canister = this.#canisters.get(id.toText());
    if (canister === undefined) throw new RejectError(RejectCode.DestinationInvalid, `Canister ${id.toText()} not found`);
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

  #send(call: Call, respond: Respond): void {
    const callee = Principal.fromUint8Array(call.callee);
    if (callee.compareTo(MANAGEMENT) === 'eq') {
      this.#management.call(call, respond);
      return;
    }
    const canister = this.#canisters.get(callee.toText());
    if (canister !== undefined) canister.receive(call, respond);
    else respond(reject(RejectCode.DestinationInvalid, `Canister ${callee.toText()} not found`), call.cycles);
  }

  #httpRequest(call: Call, respond: Respond): void {
    if (this.#closed.signal.aborted) return;
    const caller = this.#canister(Principal.fromUint8Array(call.caller));
    const context = {
      caller: caller.id,
      argument: call.argument,
      cycles: call.cycles,
      transform: (method: string, argument: Uint8Array) => caller.query(method, argument, MANAGEMENT.toUint8Array(), 'TQ'),
    };
    const end = this.#outcalls.begin();
    performOutcall(context, this.#outcallOptions)
      .then(
        ({ response, refunded }) => {
          respond(response, refunded);
        },
        (error: unknown) => {
          respond(reject(RejectCode.SysFatal, `The local IC failed: ${String(error)}`), 0n);
        },
      )
      .finally(end);
  }
}

function callerOfCode(canister: Canister): Uint8Array {
  return (canister.controllers[0] ?? DEFAULT_CONTROLLER).toUint8Array();
}

async function load(wasm: Uint8Array): Promise<CanisterModule> {
  try {
    return await loadCanisterModule(wasm);
  } catch (error) {
    throw new RejectError(RejectCode.CanisterError, `The Wasm module is refused: ${error instanceof Error ? error.message : String(error)}`);
  }
}
