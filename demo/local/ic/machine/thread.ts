import { buildSync } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Image } from './image.js';
import type { Command, FromThread, Results, ThreadData } from './protocol.js';

/** The thread is gone, with whatever it was doing. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';
}

let bundle: string | undefined;

/** A thread cannot load TypeScript by itself on every Node this runs on, so it is given one bundled script. */
function script(): string {
  bundle ??= buildSync({
    entryPoints: [fileURLToPath(new URL('./thread-main.ts', import.meta.url))],
    bundle: true, write: false, platform: 'node', format: 'cjs', target: 'node20', sourcemap: 'inline',
  }).outputFiles[0]?.text;
  return bundle ?? '';
}

/** A worker thread that runs one canister's code, and can be put to an end whatever that does. */
export class Thread {
  readonly #worker: Worker;
  /** Running, or gone before it ran. */
  readonly #ready: Promise<unknown>;
  #waiting: { resolve(result: unknown): void; reject(error: Error): void } | undefined;
  #lost: ThreadLost | undefined;

  /** @param log takes what the canister prints, a line at a time */
  constructor(image: Image, log: (line: string) => void) {
    this.#worker = new Worker(script(), { eval: true, workerData: { image } satisfies ThreadData });
    this.#ready = new Promise((resolve) => {
      this.#worker.once('online', resolve);
      this.#worker.once('exit', resolve);
    });
    this.#worker.unref(); // a thread that waits for commands keeps no process alive; see `run`
    this.#worker.on('message', (message: FromThread) => {
      if ('line' in message) log(message.line);
      else if ('failed' in message) this.#take()?.reject(new Error(message.failed));
      else this.#take()?.resolve(message.result);
    });
    this.#worker.on('error', (error) => {
      this.#lose(`The canister's thread failed: ${error.message}`);
    });
    this.#worker.on('exit', () => {
      this.#lose("The canister's thread has ended");
    });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Has one command carried out; the one before must have ended.
   * @param limitMs after this time the thread is put to an end; undefined for never
   * @throws {ThreadLost} when the thread has ended, with everything on it
   * @throws {Error} when the command failed
   */
  async run<C extends Command>(command: C, limitMs?: number): Promise<Results[C['do']]> {
    this.#worker.ref();
    await this.#ready;
    if (this.#lost !== undefined) throw this.#lost;
    const limit = limitMs === undefined ? undefined : setTimeout(() => {
      this.#lose(`Canister exceeded the limit for a single message execution: it ran for longer than ${limitMs} ms`);
      void this.#worker.terminate();
    }, limitMs);
    try {
      return await new Promise<Results[C['do']]>((resolve, reject) => {
        this.#waiting = { resolve: resolve, reject };
        this.#worker.postMessage(command);
      });
    } finally {
      clearTimeout(limit);
      this.#worker.unref();
    }
  }

  async end(): Promise<void> {
    this.#lose("The canister's thread has ended");
    await this.#worker.terminate();
  }

  #take() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #lose(message: string): void {
    this.#lost ??= new ThreadLost(message);
    this.#take()?.reject(this.#lost);
  }
}
