import { Principal } from '@dfinity/principal';
import type { Activity } from './activity.js';
import { boot, BootError, runHook, type Step } from './boot.js';
import { CallContext, type Origin, type Respond } from './call-context.js';
import type { CanisterModule } from './canister-module.js';
import type { Clock } from './clock.js';
import type { Effects, Environment, Message, Outcome, OutgoingCall } from './execution.js';
import { GlobalTimer } from './global-timer.js';
import type { Machine } from './machine.js';
import { reject, RejectCode, RejectError, type Response } from './reject.js';
import { SerialQueue } from './serial-queue.js';
import { StableMemory } from './stable-memory.js';
import type { Mode } from './system-api/contexts.js';

/** A call on its way to a canister, or to the management canister. */
export interface Call {
  readonly origin: Origin;
  readonly caller: Uint8Array;
  readonly callee: Uint8Array;
  readonly method: string;
  readonly argument: Uint8Array;
  readonly cycles: bigint;
  readonly deadline: bigint;
}

/** What a canister needs of the local IC it lives in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly pricedNodes: number;
  readonly log: (line: string) => void;
  /** Sends a call on its way. */
  readonly send: (call: Call, respond: Respond) => void;
}

const STATUS = { running: 1, stopping: 2, stopped: 3 } as const;
const MANAGEMENT = Principal.managementCanister().toUint8Array();
/** What {@link Canister.trapNext} can hit. */
const TRAPPABLE = { update: 'U', query: 'NRQ', transform: 'TQ', reply: 'Ry', reject: 'Rt', cleanup: 'C', timer: 'T' } as const;
export type Trappable = keyof typeof TRAPPABLE;

/** A heartbeat comes about this often; the spec leaves it open. */
const HEARTBEAT_NS = 1_000_000_000n;
/** The longest that a bounded-wait call waits, in seconds (spec: MAX_CALL_TIMEOUT). */
const MAX_CALL_TIMEOUT = 300;

/**
 * One canister: its code and state, its balance, its open call contexts. Its messages, queries too, execute one at a
 * time, in the order they came; while a call context waits for the answers to its calls, other messages get their turn.
 */
export class Canister {
  readonly id: Principal;
  controllers: readonly Principal[];
  cycles: bigint;
  readonly #around: Surroundings;
  readonly #queue = new SerialQueue();
  readonly #contexts = new Set<CallContext>();
  readonly #globalTimer: GlobalTimer;
  #machine: Machine | undefined;
  #status: keyof typeof STATUS = 'running';
  #version = 0n;
  #certifiedData: Uint8Array = new Uint8Array();
  #time = 0n;
  #cancelHeartbeat: () => void = () => undefined;
  #whenIdle: (() => void)[] = [];
  #trapNext: Mode | undefined;

  constructor(id: Principal, controllers: readonly Principal[], cycles: bigint, around: Surroundings) {
    this.id = id;
    this.controllers = controllers;
    this.cycles = cycles;
    this.#around = around;
    this.#globalTimer = new GlobalTimer(around.clock, () => {
      this.#systemTask('canister_global_timer', () => this.#globalTimer.takeIfDue());
    });
  }

  get stable(): StableMemory {
    return this.#machine?.stable ?? new StableMemory();
  }

  get certifiedData(): Uint8Array {
    return this.#certifiedData;
  }

  /**
   * Makes the next message of a kind trap at its very end, with all its work done: the worst that a lack of instructions
   * can do. Callbacks count only in calls that users have begun: not in what a canister's own runtime does by timers and by
   * calling itself, of which a test knows nothing.
   */
  trapNext(kind: Trappable): void {
    this.#trapNext = TRAPPABLE[kind];
  }

  /** A call from outside or from a canister, of an update or, replicated, of a query. */
  receive(call: Call, respond: Respond): void {
    void this.#serially(async () => {
      const refusal = this.#refusal();
      if (refusal !== undefined) {
        respond(refusal, call.cycles);
        return;
      }
      const { updates, queries } = this.#code();
      const kind = updates.has(call.method) ? 'update' : queries.has(call.method) ? 'query' : undefined;
      if (kind === undefined) {
        respond(this.#noSuchMethod('update', call.method), call.cycles);
        return;
      }
      const context = this.#open(call.origin, call.caller, call.cycles, call.deadline, respond);
      const entry = { name: `canister_${kind} ${call.method}` };
      const outcome = await this.#run(context, { mode: kind === 'update' ? 'U' : 'RQ', entry, argument: call.argument }, kind === 'update');
      this.#conclude(context, outcome);
    });
  }

  /**
   * A query that leaves no trace: by a user, or as the transform of an outcall. The transform still works while the
   * canister is stopping, for stopping waits for the very call that the transform belongs to.
   */
  query(method: string, argument: Uint8Array, caller: Uint8Array, mode: 'NRQ' | 'TQ'): Promise<Response> {
    return this.#serially(async () => {
      const refusal = mode === 'TQ' && this.#status === 'stopping' ? undefined : this.#refusal();
      if (refusal !== undefined) return refusal;
      if (this.#code().compositeQueries.has(method)) {
        return this.#error(`${method} is a composite query, which the local IC does not run`);
      }
      if (!this.#code().queries.has(method)) return this.#noSuchMethod('query', method);
      const outcome = await this.#run(undefined, { mode, entry: { name: `canister_query ${method}` }, caller, argument, needsResponse: true }, false);
      if (outcome.kind === 'trapped') return this.#error(outcome.message);
      return outcome.effects.response ?? this.#error('Canister did not reply to the call');
    });
  }

  /** Asks `canister_inspect_message` about an ingress message; undefined means that it may come in. */
  inspect(method: string, argument: Uint8Array, caller: Uint8Array): Promise<Response | undefined> {
    return this.#serially(async () => {
      const refusal = this.#refusal();
      if (refusal !== undefined) return refusal;
      const name = 'canister_inspect_message';
      if (!this.#code().entryPoints.has(name)) return undefined;
      const outcome = await this.#run(undefined, { mode: 'F', entry: { name }, caller, argument, methodName: method }, false);
      if (outcome.kind === 'trapped') return this.#error(outcome.message);
      return outcome.effects.letIn ? undefined : reject(RejectCode.CanisterReject, `Canister ${this.id.toText()} rejected the message`);
    });
  }

  /** @throws {RejectError} and leaves everything as it was, when the module is refused or its initialisation traps */
  install(code: CanisterModule, argument: Uint8Array, caller: Uint8Array, mode: 'install' | 'reinstall'): Promise<void> {
    return this.#serially(async () => {
      if (mode === 'install' && this.#machine !== undefined) {
        throw new RejectError(RejectCode.CanisterError, `Canister ${this.id.toText()} cannot be installed because the canister is not empty. Use 'reinstall' to start over, or upgrade to keep stable memory.`);
      }
      try {
        const { machine, effects } = await boot(code, new StableMemory(), 'canister_init', this.#step(caller, argument), this.#log);
        this.#certifiedData = new Uint8Array();
        this.#adopt(machine, effects);
      } catch (error) {
        throw this.#refuse(error);
      }
    });
  }

  /**
   * Replaces the code and keeps stable memory. All or nothing: when anything traps, the old code goes on with its heap.
   * @throws {RejectError}
   */
  upgrade(code: CanisterModule, argument: Uint8Array, caller: Uint8Array): Promise<void> {
    return this.#serially(async () => {
      const old = this.#machine;
      if (old === undefined) throw new RejectError(RejectCode.CanisterError, `Canister ${this.id.toText()} has no Wasm module to upgrade from. Install one first.`);
      try {
        const before = await runHook(old, 'canister_pre_upgrade', 'G', { caller, environment: this.#environment() });
        const { machine, effects } = await boot(code, old.stable, 'canister_post_upgrade', this.#step(caller, argument), this.#log);
        this.#certifiedData = before?.certifiedData ?? this.#certifiedData;
        this.cycles += before?.balanceChange ?? 0n;
        this.#adopt(machine, effects);
      } catch (error) {
        old.rollback();
        throw this.#refuse(error);
      }
    });
  }

  /** Takes no more calls, and resolves once every open call context has ended (spec, `stop_canister`). */
  async stop(): Promise<void> {
    this.#status = 'stopping';
    this.#version += 1n;
    if (this.#contexts.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    this.#status = 'stopped';
    this.#version += 1n;
  }

  start(): void {
    this.#status = 'running';
    this.#version += 1n;
    this.#globalTimer.arm();
  }

  /** What a hook of new code is given: it sees the version that the canister will have. */
  #step(caller: Uint8Array, argument?: Uint8Array): Step {
    return { caller, argument, environment: { ...this.#environment(), version: this.#version + 1n } };
  }

  #refuse(error: unknown): unknown {
    if (!(error instanceof BootError)) return error;
    this.#log(`the code is not changed: ${error.message}`);
    return new RejectError(RejectCode.CanisterError, `${this.#prefix()}${error.message}`);
  }

  #adopt(machine: Machine, effects: Effects | undefined): void {
    this.#machine = machine;
    this.#version += 1n;
    this.#globalTimer.set(effects?.globalTimer ?? 0n); // new code starts without a timer
    this.#armHeartbeat();
    this.#certifiedData = effects?.certifiedData ?? this.#certifiedData;
    this.cycles += effects?.balanceChange ?? 0n;
  }

  #open(origin: Origin, caller: Uint8Array, cycles: bigint, deadline: bigint, respond: Respond | undefined): CallContext {
    const context = new CallContext(origin, caller, cycles, deadline, respond);
    this.#contexts.add(context);
    return context;
  }

  /** Executes one message, and commits it or, when it trapped or nothing is to be kept, rolls it back. */
  async #run(context: CallContext | undefined, message: Omit<Message, 'caller'> & { caller?: Uint8Array }, keep: boolean): Promise<Outcome> {
    const machine = this.#machine;
    if (machine === undefined) return { kind: 'trapped', message: 'Canister has no Wasm module' };
    const full: Message = {
      caller: context?.caller ?? MANAGEMENT,
      needsResponse: context?.needsResponse,
      deadline: context?.deadline,
      ...message,
    };
    let outcome = await machine.execute(full, this.#environment(context));
    if (this.#trapNext === full.mode && (full.mode === 'T' || context === undefined || context.origin === 'ingress')) {
      this.#trapNext = undefined;
      outcome = { kind: 'trapped', message: 'Canister trapped: a test asked for it' };
    }
    if (outcome.kind === 'returned' && keep) machine.commit();
    else machine.rollback();
    if (outcome.kind === 'trapped') this.#log(`${'name' in message.entry ? message.entry.name : 'a callback'} trapped: ${outcome.message}`);
    return outcome;
  }

  /** Carries out what the message asked for, then ends the context if nothing can answer it any more. */
  #conclude(context: CallContext, outcome: Outcome): void {
    if (outcome.kind === 'returned') this.#apply(context, outcome.effects);
    this.#settle(context, outcome.kind === 'trapped' ? outcome.message : undefined);
  }

  #apply(context: CallContext, effects: Effects): void {
    this.#version += 1n;
    this.cycles += effects.balanceChange;
    context.available -= effects.accepted;
    this.#certifiedData = effects.certifiedData ?? this.#certifiedData;
    if (effects.globalTimer !== undefined) this.#globalTimer.set(effects.globalTimer);
    for (const call of effects.calls) this.#send(context, call);
    if (effects.response !== undefined) context.respond(effects.response);
  }

  #send(context: CallContext, call: OutgoingCall): void {
    context.outstanding += 1;
    const bounded = call.timeoutSeconds !== undefined;
    const deadline = bounded ? this.#time + BigInt(Math.min(call.timeoutSeconds, MAX_CALL_TIMEOUT)) * 1_000_000_000n : 0n;
    let answered = false;
    const deliver: Respond = (response, refunded) => {
      if (answered) return; // after the deadline of a bounded-wait call; its cycles are lost, as on the IC
      answered = true;
      cancelDeadline();
      this.#callBack(context, call, response, refunded);
    };
    const cancelDeadline = bounded
      ? this.#around.clock.at(deadline, () => {
          deliver(reject(RejectCode.SysUnknown, 'Call deadline has expired.'), 0n);
        })
      : () => undefined;
    this.#around.send({ ...call, origin: 'canister', caller: this.id.toUint8Array(), deadline }, deliver);
  }

  #callBack(context: CallContext, call: OutgoingCall, response: Response, refunded: bigint): void {
    void this.#serially(async () => {
      context.outstanding -= 1;
      this.cycles += refunded;
      const replied = response.kind === 'reply';
      const given: Partial<Message> = replied ? { argument: response.data } : { rejection: { code: response.code, message: response.message } };
      const outcome = await this.#run(context, { mode: replied ? 'Ry' : 'Rt', entry: replied ? call.onReply : call.onReject, refunded, ...given }, true);
      this.#conclude(context, outcome.kind === 'trapped' && call.onCleanup !== undefined ? await this.#cleanUp(context, call, given, outcome.message) : outcome);
    });
  }

  /** "Executed if and only if the reply or the reject callback was executed and trapped." The trap stays the outcome. */
  async #cleanUp(context: CallContext, call: OutgoingCall, given: Partial<Message>, trap: string): Promise<Outcome> {
    if (call.onCleanup === undefined) return { kind: 'trapped', message: trap };
    const outcome = await this.#run(context, { mode: 'C', entry: call.onCleanup, rejection: given.rejection }, true);
    if (outcome.kind === 'trapped') return { kind: 'trapped', message: `${trap}\ncall_on_cleanup also failed:\n\n${outcome.message}` };
    this.#apply(context, outcome.effects);
    return { kind: 'trapped', message: trap };
  }

  /** Rejects a call that nothing can answer any more ("Call context starvation"), and forgets contexts that have ended. */
  #settle(context: CallContext, trap: string | undefined): void {
    if (context.outstanding > 0) return;
    if (context.needsResponse) context.respond(this.#error(trap ?? 'Canister did not reply to the call'));
    this.#contexts.delete(context);
    if (this.#contexts.size > 0) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  #armHeartbeat(): void {
    this.#cancelHeartbeat();
    if (!this.#code().entryPoints.has('canister_heartbeat')) return;
    this.#cancelHeartbeat = this.#around.clock.at(this.#around.clock.now() + HEARTBEAT_NS, () => {
      this.#armHeartbeat();
      this.#systemTask('canister_heartbeat', () => true);
    });
  }

  #systemTask(name: string, stillDue: () => boolean): void {
    void this.#serially(async () => {
      // While the canister is not running its timer waits; start() arms it again.
      if (this.#status !== 'running' || !stillDue() || this.#machine?.code.entryPoints.has(name) !== true) return;
      const context = this.#open('timer', MANAGEMENT, 0n, 0n, undefined);
      this.#conclude(context, await this.#run(context, { mode: 'T', entry: { name } }, true));
    });
  }

  #environment(context?: CallContext): Environment {
    const now = this.#around.clock.now();
    if (now > this.#time) this.#time = now; // never backwards, "even across canister upgrades"
    return {
      self: this.id.toUint8Array(),
      controllers: this.controllers.map((controller) => controller.toUint8Array()),
      time: this.#time,
      version: this.#version,
      status: STATUS[this.#status],
      balance: this.cycles,
      available: context?.available ?? 0n,
      globalTimer: this.#globalTimer.time,
      certificate: undefined,
      pricedNodes: this.#around.pricedNodes,
    };
  }

  /** Why the canister takes no calls at present, if so. */
  #refusal(): Response | undefined {
    if (this.#machine === undefined) return this.#error('Canister has no Wasm module');
    if (this.#status !== 'running') return reject(RejectCode.CanisterError, `Canister ${this.id.toText()} is ${this.#status}`);
    return undefined;
  }

  #code(): CanisterModule {
    if (this.#machine === undefined) throw new Error('the canister is empty');
    return this.#machine.code;
  }

  #noSuchMethod(kind: string, method: string): Response {
    return this.#error(`Canister has no ${kind} method '${method}'.`);
  }

  #error(message: string): Response {
    return reject(RejectCode.CanisterError, `${this.#prefix()}${message}`);
  }

  #prefix(): string {
    return `Error from Canister ${this.id.toText()}: `;
  }

  readonly #log = (line: string): void => {
    this.#around.log(`[${this.id.toText()}] ${line}`);
  };

  #serially<T>(task: () => Promise<T>): Promise<T> {
    const end = this.#around.activity.begin();
    return this.#queue.run(task).finally(end);
  }
}
