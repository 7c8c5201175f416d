import { PAGE } from './image.js';

/** The unit of the journal. Small, because canisters write a few bytes here and there. */
const CHUNK = 4_096;

/**
 * Stable memory as one thread sees it: the committed bytes, which threads share, under a journal of what the message under
 * way has written, a chunk at a time. Committing costs what was written, not what is stored; rolling back costs nothing.
 */
export class StableMemory {
  readonly #committed: SharedArrayBuffer;
  readonly #journal = new Map<number, Uint8Array>();
  #pages: number;

  /** @param committed as long as the memory is, and growable up to what it may become */
  constructor(committed: SharedArrayBuffer) {
    this.#committed = committed;
    this.#pages = committed.byteLength / PAGE;
  }

  /** The size in pages of 64 KiB. */
  get pages(): number {
    return this.#pages;
  }

  /** Returns the previous size in pages, or -1 where there is no more room. */
  grow(pages: number): number {
    if ((this.#pages + pages) * PAGE > this.#committed.maxByteLength) return -1;
    const before = this.#pages;
    this.#pages += pages;
    return before;
  }

  /** The caller has checked that the range lies within the memory. */
  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const at = offset + done;
      const within = at % CHUNK;
      const size = Math.min(CHUNK - within, into.length - done);
      const written = this.#journal.get(Math.floor(at / CHUNK));
      if (written !== undefined) into.set(written.subarray(within, within + size), done);
      else if (at + size <= this.#committed.byteLength) into.set(new Uint8Array(this.#committed, at, size), done);
      else into.fill(0, done, done + size); // grown since the last commit, and not written
      done += size;
    }
  }

  /** The caller has checked that the range lies within the memory. */
  write(offset: number, data: Uint8Array): void {
    for (let done = 0; done < data.length; ) {
      const within = (offset + done) % CHUNK;
      const size = Math.min(CHUNK - within, data.length - done);
      this.#writable(Math.floor((offset + done) / CHUNK)).set(data.subarray(done, done + size), within);
      done += size;
    }
  }

  /** Writes the journal into what is committed. No other thread may be reading. */
  commit(): void {
    const bytes = this.#pages * PAGE;
    if (bytes > this.#committed.byteLength) this.#committed.grow(bytes);
    for (const [index, chunk] of this.#journal) new Uint8Array(this.#committed, index * CHUNK).set(chunk);
    this.#journal.clear();
  }

  /** Back to what is committed now, by whichever thread. */
  rollback(): void {
    this.#journal.clear();
    this.#pages = this.#committed.byteLength / PAGE;
  }

  /** The chunk's copy in the journal. */
  #writable(index: number): Uint8Array {
    const existing = this.#journal.get(index);
    if (existing !== undefined) return existing;
    const chunk = new Uint8Array(CHUNK);
    this.#journal.set(index, chunk);
    const at = index * CHUNK;
    if (at < this.#committed.byteLength) chunk.set(new Uint8Array(this.#committed, at, CHUNK));
    return chunk;
  }
}
