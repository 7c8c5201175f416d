import type { Principal } from '@dfinity/principal';
import type { CallContext } from './call-context.js';
import type { CanisterModule } from './canister-module.js';
import type { CanisterState } from './certification/subnet-state.js';
import { GlobalTimer } from './global-timer.js';
import type { Effects, Environment, Message, Outcome } from './machine/execution.js';
import type { Machine } from './machine/machine.js';
import type { Mode } from './machine/system-api/contexts.js';
import type { CanisterSettings, MemoryUse } from './management/canister-control.js';
import { executionPrice, executionReserve } from './prices.js';
import { ErrorCode, type Reject, rejectWith } from './reject.js';
import { SerialQueue } from './serial-queue.js';
import type { Surroundings } from './surroundings.js';
import { Upkeep } from './upkeep.js';

const STATUS = { running: 1, stopping: 2, stopped: 3 } as const;
export type Status = keyof typeof STATUS;
/** What {@link CanisterCore.trapNext} can hit. */
const TRAPPABLE = { update: 'U', query: 'NRQ', transform: 'TQ', reply: 'Ry', reject: 'Rt', cleanup: 'C', timer: 'T' } as const;
export type Trappable = keyof typeof TRAPPABLE;

/** How the messages of traps begin that have an error code of their own. */
const TRAPS = [
  ['Canister called', ErrorCode.CanisterCalledTrap],
  ['Canister violated contract', ErrorCode.CanisterContractViolation],
  ['Canister exceeded the limit', ErrorCode.CanisterInstructionLimitExceeded],
] as const;

const DEFAULT_SETTINGS = {
  computeAllocation: 0n,
  memoryAllocation: 0n,
  freezingThreshold: 2_592_000n,
  reservedCyclesLimit: 5_000_000_000_000n,
  wasmMemoryLimit: 3n << 30n,
  wasmMemoryThreshold: 0n,
  environmentVariables: new Map<string, string>(),
};

/** What a canister is made of: code and state, settings, balance, timer; and how one message is executed on it. */
export class CanisterCore {
  readonly id: Principal;
  readonly around: Surroundings;
  readonly chunks = new Map<string, Uint8Array>();
  readonly upkeep: Upkeep;
  readonly globalTimer: GlobalTimer;
  settings: CanisterSettings;
  machine: Machine | undefined;
  status: Status = 'running';
  version = 0n;
  certifiedData: Uint8Array = new Uint8Array();
  /** Nanoseconds since 1970. */
  installedAt = 0n;
  readonly #nodes: bigint;
  readonly #queue = new SerialQueue();
  readonly #createdAt: bigint;
  #time = 0n;
  #trapNext: Mode | undefined;

  /** @param onTimer is called when the global timer is due */
  constructor(id: Principal, settings: Partial<CanisterSettings> & Pick<CanisterSettings, 'controllers'>, cycles: bigint, around: Surroundings, onTimer: () => void) {
    this.id = id;
    this.around = around;
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.#nodes = BigInt(around.pricedNodes);
    this.#createdAt = around.clock.now();
    this.upkeep = new Upkeep(this, cycles, around.clock, this.#nodes);
    this.globalTimer = new GlobalTimer(around.clock, onTimer);
  }

  get memory(): MemoryUse {
    const { heap, stable } = this.machine?.memory ?? { heap: 0, stable: 0 };
    let chunkStore = 0;
    for (const chunk of this.chunks.values()) chunkStore += chunk.length;
    return { heap: BigInt(heap), stable: BigInt(stable), module: BigInt(this.machine?.code.size ?? 0), chunkStore: BigInt(chunkStore) };
  }

  /** What of it is certified. */
  get state(): CanisterState {
    const code = this.machine?.code;
    return {
      id: this.id,
      certifiedData: this.certifiedData,
      controllers: this.settings.controllers,
      createdAt: this.#createdAt,
      module: code && { hash: code.hash, installedAt: this.installedAt, metadata: code.metadata },
    };
  }

  /** @throws {Error} when there is none */
  get code(): CanisterModule {
    if (this.machine === undefined) throw new Error('the canister is empty');
    return this.machine.code;
  }

  /** The time as the canister sees it, in nanoseconds since 1970: never backwards, "even across canister upgrades". */
  get time(): bigint {
    const now = this.around.clock.now();
    if (now > this.#time) this.#time = now;
    return this.#time;
  }

  /**
   * Makes the next message of a kind trap at its very end, with all its work done: the worst that a lack of instructions
   * can do. Callbacks count only in calls that users have begun: not in what a canister's own runtime does by timers and by
   * calling itself, of which a test knows nothing.
   */
  trapNext(kind: Trappable): void {
    this.#trapNext = TRAPPABLE[kind];
  }

  /** Does what changes the canister, one after the other. */
  serially<T>(task: () => Promise<T>): Promise<T> {
    return this.aside(() => this.#queue.run(task));
  }

  /** Does what changes nothing, beside everything else. */
  aside<T>(task: () => Promise<T>): Promise<T> {
    const end = this.around.activity.begin();
    return task().finally(end);
  }

  /** Executes one message, and commits it or, when it trapped or nothing is to be kept, rolls it back. */
  async run(context: CallContext, message: Omit<Message, 'caller'>, keep: boolean): Promise<Outcome> {
    const full: Message = { caller: context.caller, needsResponse: context.needsResponse, deadline: context.deadline, ...message };
    this.upkeep.suspend();
    const environment = { ...this.environment(), balance: this.spendable, available: context.available, contextInstructions: context.instructions };
    const outcome = await this.#executed(async (machine) => {
      let ended = await machine.execute(full, environment);
      if (context.origin === 'ingress' || message.mode === 'T') ended = this.#trapIfAsked(message.mode, ended);
      if (ended.kind === 'trapped' || !keep) {
        await machine.rollback();
        return ended;
      }
      const { certifiedData } = ended.effects;
      await machine.commit(() => {
        this.certifiedData = certifiedData ?? this.certifiedData;
      });
      return ended;
    });
    context.instructions += outcome.instructions;
    this.account(message, outcome);
    if (outcome.kind === 'returned') this.spend(outcome.effects);
    this.upkeep.resume();
    return outcome;
  }

  /** Executes one message on the last committed state. It leaves no trace and costs nothing. */
  async ask(message: Message): Promise<Outcome> {
    const isQuery = message.mode === 'NRQ';
    const environment = () => ({ ...this.environment(), certificate: isQuery ? this.#certificate() : undefined });
    const outcome = await this.#executed(async (machine) => {
      const ended = await machine.query(message, environment, isQuery ? this.around.faults.queryLagMs : 0);
      return this.#trapIfAsked(message.mode, ended);
    });
    this.#report(message, outcome, 0n);
    return outcome;
  }

  /** Charges for a message that was executed. */
  account(message: Pick<Message, 'mode' | 'entry'>, outcome: Outcome): void {
    const price = executionPrice(outcome.instructions, this.#nodes);
    this.upkeep.account.charge('execution', price);
    this.#report(message, outcome, price);
  }

  /** What a message can see and spend of the balance: what is set aside for the message itself is not in it. */
  get spendable(): bigint {
    const balance = this.upkeep.account.balance - executionReserve(this.#nodes);
    return balance > 0n ? balance : 0n;
  }

  /** Takes over what a message did to the balance. */
  spend({ balanceChange, burned }: Pick<Effects, 'balanceChange' | 'burned'>): void {
    this.upkeep.account.add(balanceChange);
    this.upkeep.account.note('burned', burned);
  }

  /** Takes over what a message did to the timer. */
  apply(effects: Effects): void {
    this.version += 1n;
    if (effects.globalTimer !== undefined) this.globalTimer.set(effects.globalTimer);
  }

  environment(): Environment {
    return {
      self: this.id.toUint8Array(),
      controllers: this.settings.controllers.map((controller) => controller.toUint8Array()),
      time: this.time,
      version: this.version,
      status: STATUS[this.status],
      balance: this.upkeep.account.balance,
      freezingLimit: this.upkeep.freezingLimit,
      available: 0n,
      contextInstructions: 0n,
      globalTimer: this.globalTimer.time,
      variables: this.settings.environmentVariables,
      certificate: undefined,
      pricedNodes: this.around.pricedNodes,
      rootKey: this.around.rootKey,
      subnet: this.around.subnet.toUint8Array(),
    };
  }

  /** Why the canister takes no calls at present, if so. */
  refusal(): Reject | undefined {
    if (this.machine === undefined) return this.error(ErrorCode.CanisterWasmModuleNotFound, 'Attempted to execute a message, but the canister contains no Wasm module');
    const text = `Canister ${this.id.toText()} is ${this.status}`;
    if (this.status === 'stopping') return rejectWith(ErrorCode.CanisterStopping, text);
    if (this.status === 'stopped') return rejectWith(ErrorCode.CanisterStopped, text);
    return undefined;
  }

  /** That the canister is frozen, or would be by what a message may cost; if so. */
  outOfCycles(): Reject | undefined {
    this.upkeep.collect();
    const missing = this.upkeep.missingForMessage;
    if (missing <= 0n) return undefined;
    return rejectWith(ErrorCode.CanisterOutOfCycles, `Canister ${this.id.toText()} is out of cycles: please top up the canister with at least ${missing} additional cycles`);
  }

  /** That the canister is frozen and so answers no queries of users; if so. */
  frozen(): Reject | undefined {
    this.upkeep.collect();
    if (this.upkeep.account.balance >= this.upkeep.freezingLimit) return undefined;
    return rejectWith(ErrorCode.CanisterOutOfCycles, `Canister ${this.id.toText()} is unable to process query calls because it's frozen. Please top up the canister with cycles and try again.`);
  }

  error(code: ErrorCode, message: string): Reject {
    return rejectWith(code, `Error from Canister ${this.id.toText()}: ${message}`);
  }

  /** For a message that has trapped. */
  trapped(message: string): Reject {
    return this.error(TRAPS.find(([beginning]) => message.startsWith(beginning))?.[1] ?? ErrorCode.CanisterTrapped, message);
  }

  readonly log = (line: string): void => {
    this.around.log(`[${this.id.toText()}] ${line}`);
  };

  /** Whatever goes wrong in the local IC itself still ends the message, or its caller would wait for ever. */
  async #executed(execute: (machine: Machine) => Promise<Outcome>): Promise<Outcome> {
    const nothing = { kind: 'trapped', instructions: 0n, counted: false } as const;
    if (this.machine === undefined) return { ...nothing, message: 'Canister has no Wasm module' };
    try {
      return await execute(this.machine);
    } catch (error) {
      return { ...nothing, message: `The local IC failed: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  /** Signing one takes milliseconds: only for code that asks for it. */
  #certificate(): Uint8Array | undefined {
    const { imports } = this.code;
    const isUsed = ['data_certificate_present', 'data_certificate_size', 'data_certificate_copy'].some((name) => imports.has(name));
    return isUsed ? this.around.certify(this.state) : undefined;
  }

  #trapIfAsked(mode: Mode, outcome: Outcome): Outcome {
    if (this.#trapNext !== mode) return outcome;
    this.#trapNext = undefined;
    const { instructions, counted } = outcome;
    return { kind: 'trapped', message: 'Canister trapped: a test asked for it', instructions, counted };
  }

  #report({ mode, entry }: Pick<Message, 'mode' | 'entry'>, outcome: Outcome, cycles: bigint): void {
    const name = 'name' in entry ? entry.name : undefined;
    const trapped = outcome.kind === 'trapped';
    if (trapped) this.log(`${name ?? 'a callback'} trapped: ${outcome.message}`);
    this.around.onMessage({ canister: this.id, mode, entry: name, instructions: outcome.instructions, counted: outcome.counted, cycles, trapped });
  }
}
