/** One WebAssembly page, in bytes. */
export const PAGE = 65_536;
/** The IC's limit of stable memory, 500 GiB, in pages. */
const MAX_PAGES = (500 * 2 ** 30) / PAGE;
/** The unit of the journal. Small, because canisters write a few bytes here and there. */
const CHUNK = 4_096;

/**
 * A canister's stable memory, with a journal: what a message overwrites is kept, a chunk at a time, until the message is
 * committed or rolled back. Rolling back costs what was written, not what is stored. Chunks never written are not kept
 * at all and read as zeros.
 */
export class StableMemory {
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #journal = new Map<number, Uint8Array | undefined>();
  #pages = 0;
  #committedPages = 0;

  /** The size in pages of 64 KiB. */
  get pages(): number {
    return this.#pages;
  }

  /** Returns the previous size in pages, or -1 where the IC would refuse. */
  grow(pages: number): number {
    if (this.#pages + pages > MAX_PAGES) return -1;
    const before = this.#pages;
    this.#pages += pages;
    return before;
  }

  /** The caller has checked that the range lies within the memory. */
  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const within = (offset + done) % CHUNK;
      const size = Math.min(CHUNK - within, into.length - done);
      const chunk = this.#chunks.get(Math.floor((offset + done) / CHUNK));
      if (chunk === undefined) into.fill(0, done, done + size);
      else into.set(chunk.subarray(within, within + size), done);
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

  commit(): void {
    this.#journal.clear();
    this.#committedPages = this.#pages;
  }

  /** Back to what it was at the last commit. */
  rollback(): void {
    for (const [index, before] of this.#journal) {
      if (before === undefined) this.#chunks.delete(index);
      else this.#chunks.set(index, before);
    }
    this.#journal.clear();
    this.#pages = this.#committedPages;
  }

  copy(): Uint8Array {
    const all = new Uint8Array(this.#pages * PAGE);
    for (const [index, chunk] of this.#chunks) all.set(chunk, index * CHUNK);
    return all;
  }

  /** The chunk, for writing: the first write of a message puts the old one into the journal and works on a copy. */
  #writable(index: number): Uint8Array {
    const existing = this.#chunks.get(index);
    if (existing !== undefined && this.#journal.has(index)) return existing;
    this.#journal.set(index, existing);
    const fresh = existing === undefined ? new Uint8Array(CHUNK) : existing.slice();
    this.#chunks.set(index, fresh);
    return fresh;
  }
}
