import type { CanisterModule } from '../canister-module.js';
import { INTERNAL } from '../export-internals.js';
import { type Environment, Execution, type Message, type Outcome, Trap } from './execution.js';
import { type HeapState, type Image, PAGE } from './image.js';
import { StableMemory } from './stable-memory.js';
import { WasmMemory } from './system-api/host.js';
import { createSystemApi } from './system-api/index.js';

/** What a message may print before the rest is left out, in characters: an endless one must not fill the memory of all. */
const MAX_LOG = 1_000_000;

/**
 * Runs a canister's code on the thread it is on: an instance of it, with heap, globals and stable memory. What a message
 * changes is kept here and nowhere else until it is committed.
 *
 * Tables are not rolled back: as on the IC, a change that code makes to its own table is not part of a canister's state.
 */
export class Runner {
  readonly #image: Image;
  readonly #stable: StableMemory;
  readonly #log: (line: string) => void;
  #code: CanisterModule | undefined;
  #instance: WebAssembly.Instance | undefined;
  #globals: WebAssembly.Global[] = [];
  #counter: WebAssembly.Global | undefined;
  #execution: Execution | undefined;
  #logged = 0;

  constructor(image: Image, log: (line: string) => void) {
    this.#image = image;
    this.#stable = new StableMemory(image.stable);
    this.#log = log;
  }

  /**
   * Begins with new code: a fresh heap, and stable memory as it stands, uncommitted changes included.
   * @throws {Error} when the code cannot be instantiated
   */
  load(code: CanisterModule): void {
    this.#code = code;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the host's getter needs the runner, and a getter has its own `this`
    const runner = this;
    const ic0 = createSystemApi({
      memory: new WasmMemory(() => this.#memory()?.buffer ?? new ArrayBuffer(0)),
      stable: this.#stable,
      log: (line) => {
        this.#print(line);
      },
      get execution() {
        if (runner.#execution === undefined) throw new Error('the System API was called outside of a message');
        return runner.#execution;
      },
    });
    this.#instance = new WebAssembly.Instance(code.module, { ic0 });
    this.#globals = code.mutableGlobals.map((index) => this.#export(INTERNAL.global(index)) as WebAssembly.Global);
    this.#counter = code.instructionCounter === undefined ? undefined : (this.#export(INTERNAL.global(code.instructionCounter)) as WebAssembly.Global);
  }

  /** Executes one message; its changes stay uncommitted. */
  execute(message: Message, environment: Environment): Outcome {
    const execution = new Execution(message, environment, () => this.#counter?.value as bigint | undefined);
    this.#execution = execution;
    this.#logged = 0;
    if (this.#counter !== undefined) this.#counter.value = 0n;
    const spent = () => ({ instructions: execution.instructions, counted: this.#counter !== undefined });
    try {
      this.#call(message.entry);
      return { kind: 'returned', effects: execution.finish(), ...spent() };
    } catch (error) {
      return { kind: 'trapped', message: describeTrap(error), ...spent() };
    } finally {
      this.#execution = undefined;
    }
  }

  /** Writes heap and stable memory into the image, where no other thread may be reading. */
  commit(): HeapState {
    this.#stable.commit();
    const heap = this.#heap();
    if (heap.length > this.#image.heap.byteLength) this.#image.heap.grow(heap.length);
    new Uint8Array(this.#image.heap).set(heap);
    return { bytes: heap.length, globals: this.#globals.map((global): unknown => global.value) };
  }

  /** To the last commit, which may be another thread's. A heap that has grown cannot shrink, so it is replaced along with its instance. */
  restore({ bytes, globals }: HeapState): void {
    this.#stable.rollback();
    if (this.#code !== undefined && this.#heap().length > bytes) this.load(this.#code);
    const missing = bytes - this.#heap().length;
    if (missing > 0) this.#memory()?.grow(missing / PAGE);
    this.#heap().set(new Uint8Array(this.#image.heap, 0, bytes));
    this.#globals.forEach((global, index) => {
      global.value = globals[index];
    });
  }

  #call(entry: Message['entry']): void {
    if ('name' in entry) {
      (this.#export(entry.name) as () => void)();
      return;
    }
    const table = this.#export(INTERNAL.table) as WebAssembly.Table | undefined;
    const callback: unknown = table !== undefined && entry.fun < table.length ? table.get(entry.fun) : null;
    if (typeof callback !== 'function') throw new Trap(`Canister trapped: there is no function number ${entry.fun} in the canister's table to call back`);
    (callback as (env: number) => void)(entry.env);
  }

  #print(line: string): void {
    if (this.#logged > MAX_LOG) return;
    this.#logged += line.length + 1;
    this.#log(this.#logged > MAX_LOG ? `${line.slice(0, MAX_LOG)} (what the message prints after this is left out)` : line);
  }

  #export(name: string): unknown {
    return this.#instance?.exports[name];
  }

  #memory(): WebAssembly.Memory | undefined {
    return this.#export(INTERNAL.memory) as WebAssembly.Memory | undefined;
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
