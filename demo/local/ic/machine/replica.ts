import type { CanisterModule } from '../canister-module.js';
import { type Environment, INSTRUCTIONS_PER_MS, type Message, type Outcome } from './execution.js';
import type { HeapState, Image } from './image.js';
import { Thread, ThreadLost } from './thread.js';

/** A canister's code and what has been committed of its heap. */
export interface Committed {
  readonly code: CanisterModule;
  readonly heap: HeapState;
}

/** A thread with a canister's code on it, which can be replaced by a new one at any time. */
export class Replica {
  readonly #image: Image;
  readonly #log: (line: string) => void;
  #thread: Thread | undefined;
  #code: CanisterModule | undefined;
  #ended = false;

  constructor(image: Image, log: (line: string) => void) {
    this.#image = image;
    this.#log = log;
  }

  /** Whether the thread is still there. What was not committed has gone with one that is not. */
  get isAlive(): boolean {
    return this.#thread?.isLost === false;
  }

  /** @throws {Error} when the code cannot be instantiated */
  async load(code: CanisterModule): Promise<void> {
    await this.#run().run({ do: 'load', code });
    this.#code = code;
  }

  async restore({ code, heap }: Committed): Promise<void> {
    const thread = this.#run();
    if (this.#code !== code) await this.load(code);
    await thread.run({ do: 'restore', heap });
  }

  /** Executes a message, uncommitted. One that takes longer than `limitMs` has trapped, and taken the thread with it. */
  async execute(message: Message, environment: Environment, limitMs: number): Promise<Outcome> {
    try {
      return await this.#run().run({ do: 'execute', message, environment }, limitMs);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      return { kind: 'trapped', message: error.message, instructions: BigInt(limitMs) * BigInt(INSTRUCTIONS_PER_MS), counted: false };
    }
  }

  commit(): Promise<HeapState> {
    return this.#run().run({ do: 'commit' });
  }

  /** For good. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#thread?.end();
  }

  #run(): Thread {
    if (this.#ended) throw new Error('the canister has been taken down');
    if (this.#thread === undefined || this.#thread.isLost) {
      this.#thread = new Thread(this.#image, this.#log);
      this.#code = undefined;
    }
    return this.#thread;
  }
}
