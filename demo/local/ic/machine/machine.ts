import type { CanisterModule } from '../canister-module.js';
import { SerialQueue } from '../serial-queue.js';
import type { Environment, Message, Outcome } from './execution.js';
import { copyImage, createImage, type Image } from './image.js';
import { type Committed, Replica } from './replica.js';

export interface MachineOptions {
  /** How long a message may run before its thread is put to an end, in milliseconds. */
  readonly executionLimitMs: number;
  /** The most that the heap and, apart from it, stable memory may grow to, in bytes. */
  readonly memoryLimit: number;
  /** Takes what the canister prints, a line at a time. */
  readonly log: (line: string) => void;
}

/** A node that answers queries from a state gone by. */
interface LaggingNode {
  readonly replica: Replica;
  readonly committed: Committed;
  /** Of the moment when its state was the present one. */
  readonly environment: Environment;
}

/**
 * A canister's code and its three kinds of state: heap, globals and stable memory. Updates run on one thread, and leave
 * their changes uncommitted until the caller either commits or rolls back. Queries run beside them on another thread, on what
 * was last committed; a commit waits for the query under way, so that none sees half a state. Whatever a message does, its
 * thread can be ended and replaced by one with the last committed state.
 */
export class Machine {
  readonly #options: MachineOptions;
  readonly #image: Image;
  readonly #updates: Replica;
  readonly #queries: Replica;
  /** Whoever reads or writes the image. */
  readonly #access = new SerialQueue();
  #lagging: LaggingNode | undefined;
  #committed: Committed | undefined;
  /** The code that executes updates: during an upgrade, not yet the committed one. */
  #code: CanisterModule | undefined;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#image = createImage(options.memoryLimit);
    this.#updates = new Replica(this.#image, options.log);
    this.#queries = new Replica(this.#image, options.log);
  }

  /** @throws {Error} before the first commit */
  get code(): CanisterModule {
    if (this.#committed === undefined) throw new Error('no code has been committed');
    return this.#committed.code;
  }

  /** The committed sizes, in bytes. */
  get memory(): { readonly heap: number; readonly stable: number } {
    return { heap: this.#committed?.heap.bytes ?? 0, stable: this.#image.stable.byteLength };
  }

  /** A copy of the committed stable memory. */
  stableMemory(): Uint8Array {
    return new Uint8Array(this.#image.stable).slice();
  }

  /**
   * Begins with new code, uncommitted: an empty heap, and stable memory as it stands.
   * @throws {Error} when the code cannot be instantiated
   */
  async load(code: CanisterModule): Promise<void> {
    await this.#updates.load(code);
    this.#code = code;
  }

  async execute(message: Message, environment: Environment): Promise<Outcome> {
    if (!this.#updates.isAlive) await this.rollback();
    return this.#updates.execute(message, environment, this.#options.executionLimitMs);
  }

  /** @param onCommitted is called as the new state takes effect: what it sets, no query sees without that state, or the state without it */
  async commit(onCommitted: () => void): Promise<void> {
    const code = this.#code;
    if (code === undefined) throw new Error('there is no code to commit the state of');
    await this.#access.run(async () => {
      this.#committed = { code, heap: await this.#updates.commit() };
      onCommitted();
    });
  }

  /** Everything back to the last commit; before the first, there is nothing to go back to. */
  async rollback(): Promise<void> {
    const committed = this.#committed;
    this.#code = committed?.code;
    if (committed !== undefined) await this.#updates.restore(committed);
  }

  /**
   * Executes a message on the last committed state and forgets what it changes.
   * @param environment is asked for once that state stands still
   * @param lagMs how old the state may be, in milliseconds: the answer of a node that lags behind
   */
  async query(message: Message, environment: () => Environment, lagMs: number): Promise<Outcome> {
    return this.#access.run(async () => {
      const committed = this.#committed;
      if (committed === undefined) throw new Error('there is no code to query');
      const present = { replica: this.#queries, committed, environment: environment() };
      const node = lagMs > 0 ? await this.#lagBehind(committed, present.environment, lagMs) : present;
      await node.replica.restore(node.committed);
      return node.replica.execute(message, node.environment, this.#options.executionLimitMs);
    });
  }

  /** Ends the threads, with whatever runs on them. */
  async end(): Promise<void> {
    await Promise.all([this.#updates.end(), this.#queries.end(), this.#lagging?.replica.end()]);
  }

  async #lagBehind(committed: Committed, now: Environment, lagMs: number): Promise<LaggingNode> {
    const until = (this.#lagging?.environment.time ?? 0n) + BigInt(lagMs) * 1_000_000n;
    if (this.#lagging !== undefined && now.time < until) return this.#lagging;
    await this.#lagging?.replica.end();
    this.#lagging = { replica: new Replica(copyImage(this.#image), this.#options.log), committed, environment: now };
    return this.#lagging;
  }
}
