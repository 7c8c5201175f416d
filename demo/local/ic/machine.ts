import type { CanisterModule } from './canister-module.js';
import { type Environment, Execution, type Message, type Outcome, Trap } from './execution.js';
import { INTERNAL } from './export-internals.js';
import type { StableMemory } from './stable-memory.js';
import { createSystemApi } from './system-api/index.js';
import { WasmMemory } from './system-api/host.js';

interface Saved {
  memory: Uint8Array;
  globals: readonly unknown[];
}

/**
 * A canister's code and its three kinds of state: heap, globals and stable memory. It executes one message at a time and
 * leaves the result uncommitted; the caller then either commits or rolls back. The interface is asynchronous so that a
 * machine can later live in a worker thread, where a message that never ends can be put to an end; here, on the main
 * thread, nothing can.
 *
 * Tables are not rolled back: as on the IC, a change that code makes to its own table is not part of a canister's state.
 */
export class Machine {
  readonly code: CanisterModule;
  readonly stable: StableMemory;
  readonly #log: (line: string) => void;
  #instance!: WebAssembly.Instance;
  #globals: WebAssembly.Global[] = [];
  #execution: Execution | undefined;
  /** Heap and globals at the last commit. Nothing to go back to before the first. */
  #saved: Saved | undefined;

  constructor(code: CanisterModule, stable: StableMemory, log: (line: string) => void) {
    this.code = code;
    this.stable = stable;
    this.#log = log;
    this.#instantiate();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous by contract, see above
  async execute(message: Message, environment: Environment): Promise<Outcome> {
    const execution = new Execution(message, environment);
    this.#execution = execution;
    try {
      this.#call(message.entry);
      return { kind: 'returned', effects: execution.finish() };
    } catch (error) {
      return { kind: 'trapped', message: describeTrap(error) };
    } finally {
      this.#execution = undefined;
    }
  }

  commit(): void {
    this.stable.commit();
    const now = this.#heap();
    if (this.#saved?.memory.length === now.length) this.#saved.memory.set(now);
    else this.#saved = { memory: now.slice(), globals: [] };
    this.#saved.globals = this.#globals.map((global): unknown => global.value);
  }

  /** Everything back to the last commit. A heap that has grown cannot shrink, so it is replaced along with its instance. */
  rollback(): void {
    this.stable.rollback();
    if (this.#saved === undefined) return;
    if (this.#heap().length !== this.#saved.memory.length) {
      this.#instantiate();
      const missing = this.#saved.memory.length - this.#heap().length;
      if (missing > 0) this.#memory()?.grow(missing / 65_536);
    }
    this.#heap().set(this.#saved.memory);
    const { globals } = this.#saved;
    this.#globals.forEach((global, index) => {
      global.value = globals[index];
    });
  }

  #instantiate(): void {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the host's getter needs the machine, and a getter has its own `this`
    const machine = this;
    const ic0 = createSystemApi({
      memory: new WasmMemory(() => this.#memory()?.buffer ?? new ArrayBuffer(0)),
      stable: this.stable,
      log: this.#log,
      get execution() {
        if (machine.#execution === undefined) throw new Error('the System API was called outside of a message');
        return machine.#execution;
      },
    });
    this.#instance = new WebAssembly.Instance(this.code.module, { ic0 });
    this.#globals = this.code.mutableGlobals.map((index) => this.#instance.exports[INTERNAL.global(index)] as WebAssembly.Global);
  }

  #call(entry: Message['entry']): void {
    const { exports } = this.#instance;
    if ('name' in entry) {
      (exports[entry.name] as () => void)();
      return;
    }
    const table = exports[INTERNAL.table] as WebAssembly.Table | undefined;
    const callback: unknown = table !== undefined && entry.fun < table.length ? table.get(entry.fun) : null;
    if (typeof callback !== 'function') throw new Trap(`Canister trapped: there is no function number ${entry.fun} in the canister's table to call back`);
    (callback as (env: number) => void)(entry.env);
  }

  #memory(): WebAssembly.Memory | undefined {
    return this.#instance.exports[INTERNAL.memory] as WebAssembly.Memory | undefined;
  }

  #heap(): Uint8Array {
    const memory = this.#memory();
    return memory === undefined ? new Uint8Array() : new Uint8Array(memory.buffer);
  }
}

function describeTrap(error: unknown): string {
  if (error instanceof Trap) return error.message;
  if (error instanceof WebAssembly.RuntimeError) return `Canister trapped: ${error.message}`;
  if (error instanceof RangeError) return 'Canister trapped: stack overflow';
  // Not the canister's doing. It still must end the message, or the caller waits for ever.
  return `The local IC failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
