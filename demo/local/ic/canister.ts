import { Principal } from '@dfinity/principal';
import type { Respond } from './call-context.js';
import { CanisterCalls } from './canister-calls.js';
import { installCode, upgradeCode } from './canister-code.js';
import { CanisterCore, type Status, type Trappable } from './canister-core.js';
import type { CanisterState } from './certification/subnet-state.js';
import type { Expenses } from './cycle-account.js';
import type { CanisterControl, CanisterSettings, MemoryUse, UpgradeOptions } from './management/canister-control.js';
import type { Transformed } from './outcall/outcall.js';
import { ErrorCode, RejectCode, RejectError, type Response, rejectWith } from './reject.js';
import type { Call, Surroundings } from './surroundings.js';

const MANAGEMENT = Principal.managementCanister().toUint8Array();
/** How long stopping may take, in milliseconds; the spec leaves it open. */
const STOP_MS = 300_000;

/** One canister. Its messages execute one at a time, in the order they came, and queries beside them. */
export class Canister implements CanisterControl {
  readonly #core: CanisterCore;
  readonly #calls: CanisterCalls;

  constructor(id: Principal, settings: Partial<CanisterSettings> & Pick<CanisterSettings, 'controllers'>, cycles: bigint, around: Surroundings) {
    this.#core = new CanisterCore(id, settings, cycles, around, () => {
      this.#calls.systemTask('canister_global_timer', () => this.#core.globalTimer.takeIfDue());
    });
    this.#calls = new CanisterCalls(this.#core);
  }

  get id(): Principal {
    return this.#core.id;
  }

  get status(): Status {
    return this.#core.status;
  }

  get version(): bigint {
    return this.#core.version;
  }

  get settings(): CanisterSettings {
    return this.#core.settings;
  }

  get moduleHash(): Uint8Array | undefined {
    return this.#core.machine?.code.hash;
  }

  get memory(): MemoryUse {
    return this.#core.memory;
  }

  get chunks(): Map<string, Uint8Array> {
    return this.#core.chunks;
  }

  get idleCyclesPerDay(): bigint {
    return this.#core.upkeep.perDay;
  }

  get cycles(): bigint {
    this.#core.upkeep.collect();
    return this.#core.upkeep.account.balance;
  }

  /** What its cycles have gone to so far. */
  get expenses(): Expenses {
    this.#core.upkeep.collect();
    return this.#core.upkeep.account.spent;
  }

  /** What of it is certified. */
  get state(): CanisterState {
    return this.#core.state;
  }

  isController(principal: Principal): boolean {
    return this.settings.controllers.some((controller) => controller.compareTo(principal) === 'eq');
  }

  updateSettings(changes: Partial<CanisterSettings>): void {
    this.#core.upkeep.collect();
    this.#core.settings = { ...this.settings, ...changes };
    this.#core.version += 1n;
    this.#core.globalTimer.arm(); // which does not ring in vain while the canister is frozen by its settings
  }

  deposit(cycles: bigint): void {
    this.#core.upkeep.collect();
    this.#core.upkeep.account.add(cycles);
    this.#core.globalTimer.arm(); // which does not ring in vain while the canister is frozen
  }

  /** A copy of its stable memory, whole pages. */
  stableMemory(): Uint8Array {
    return this.#core.machine?.stableMemory() ?? new Uint8Array();
  }

  /** See {@link CanisterCore.trapNext}. */
  trapNext(kind: Trappable): void {
    this.#core.trapNext(kind);
  }

  /** A call from outside or from a canister, of an update or, replicated, of a query. */
  receive(call: Call, respond: Respond): void {
    this.#calls.receive(call, respond);
  }

  /** A query by a user. It leaves no trace. */
  query(method: string, argument: Uint8Array, caller: Uint8Array): Promise<Response> {
    return this.#core.aside(async () => this.#core.refusal() ?? this.#core.frozen() ?? (await this.#ask(method, argument, caller, 'NRQ')).response);
  }

  /**
   * Runs a query as the transform of an outcall. It still works while the canister is stopping, for stopping waits for the
   * very call that the transform belongs to.
   */
  transform(method: string, argument: Uint8Array): Promise<Transformed> {
    const core = this.#core;
    return core.aside(async () => {
      const refusal = core.status === 'stopping' ? undefined : core.refusal();
      return refusal === undefined ? this.#ask(method, argument, MANAGEMENT, 'TQ') : { response: refusal, instructions: 0n };
    });
  }

  /** Asks `canister_inspect_message` about an ingress message; undefined means that it may come in. */
  inspect(method: string, argument: Uint8Array, caller: Uint8Array): Promise<Response | undefined> {
    const core = this.#core;
    return core.aside(async () => {
      const refusal = core.refusal() ?? core.outOfCycles();
      if (refusal !== undefined) return refusal;
      const name = 'canister_inspect_message';
      if (!core.code.entryPoints.has(name)) return undefined;
      const outcome = await core.ask({ mode: 'F', entry: { name }, caller, argument, methodName: method });
      if (outcome.kind === 'trapped') return core.trapped(outcome.message);
      return outcome.effects.letIn ? undefined : rejectWith(ErrorCode.CanisterRejectedMessage, `Canister ${this.id.toText()} rejected the message`);
    });
  }

  /** @throws {RejectError} and leaves everything as it was, when the module is refused or its initialisation traps */
  install(wasm: Uint8Array, argument: Uint8Array, sender: Principal, mode: 'install' | 'reinstall'): Promise<void> {
    return this.#core.serially(async () => {
      await installCode(this.#core, wasm, argument, sender, mode);
      this.#calls.armHeartbeat();
    });
  }

  /**
   * Replaces the code and keeps stable memory. All or nothing: when anything traps, the old code goes on with its heap.
   * @throws {RejectError}
   */
  upgrade(wasm: Uint8Array, argument: Uint8Array, sender: Principal, options: UpgradeOptions): Promise<void> {
    return this.#core.serially(async () => {
      await upgradeCode(this.#core, wasm, argument, sender, options);
      this.#calls.armHeartbeat();
    });
  }

  /** Takes the code and all its state away. Whoever still waits for an answer gets a reject. */
  uninstall(): Promise<void> {
    return this.#core.serially(async () => {
      const { machine } = this.#core;
      this.#core.machine = undefined;
      this.#core.certifiedData = new Uint8Array();
      this.#core.version += 1n;
      this.#core.globalTimer.set(0n);
      this.#calls.armHeartbeat();
      this.#calls.rejectAll('Canister has been uninstalled.');
      await machine?.end();
    });
  }

  /**
   * Takes no more calls, and resolves once every open call context has ended (spec, `stop_canister`).
   * @throws {RejectError} when the canister is started meanwhile, or has not come to rest after five minutes
   */
  async stop(): Promise<void> {
    const core = this.#core;
    if (core.status === 'stopped') return;
    core.status = 'stopping';
    core.version += 1n;
    const rested = core.around.faults.stopAtOnce || (await Promise.race([this.#calls.idle(), core.around.clock.wait(STOP_MS)]));
    if (core.status !== 'stopping') {
      throw new RejectError(RejectCode.CanisterError, `Canister ${this.id.toText()}'s stop request was cancelled.`, ErrorCode.CanisterStoppingCancelled);
    }
    if (rested !== true) throw new RejectError(RejectCode.SysTransient, 'Stop canister request timed out', ErrorCode.StopCanisterRequestTimeout);
    core.status = 'stopped';
    core.version += 1n;
  }

  start(): void {
    if (this.#core.status === 'running') return;
    this.#core.status = 'running';
    this.#core.version += 1n;
    this.#calls.noLongerAwaited();
    this.#core.globalTimer.arm();
  }

  /** Ends its threads. */
  async end(): Promise<void> {
    await this.#core.machine?.end();
  }

  async #ask(method: string, argument: Uint8Array, caller: Uint8Array, mode: 'NRQ' | 'TQ'): Promise<Transformed> {
    const core = this.#core;
    const fail = (code: ErrorCode, message: string) => ({ response: core.error(code, message), instructions: 0n });
    if (core.code.compositeQueries.has(method)) return fail(ErrorCode.CanisterMethodNotFound, `${method} is a composite query, which the local IC does not run`);
    if (!core.code.queries.has(method)) return fail(ErrorCode.CanisterMethodNotFound, `Canister has no query method '${method}'.`);
    const outcome = await core.ask({ mode, entry: { name: `canister_query ${method}` }, caller, argument, needsResponse: true });
    const silent = () => core.error(ErrorCode.CanisterDidNotReply, 'Canister did not reply to the call');
    const response = outcome.kind === 'trapped' ? core.trapped(outcome.message) : (outcome.effects.response ?? silent());
    return { response, instructions: outcome.instructions };
  }
}
