import { type Answer, headerOf } from './answer.js';
import type { CanisterHttpRequest } from './candid.js';
import type { Destination } from './canister-of-request.js';

/** The most that `max-age` can ask for: a day. */
const MAX_TTL_SECONDS = 86_400;
/** Sizes in bytes, headers included. */
const MAX_ITEM = 10_000_000;
const MAX_TOTAL = 64_000_000;
const NANOSECONDS = 1_000_000_000n;

interface Entry {
  readonly answer: Answer;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly expires: bigint;
}

/**
 * Answers to GET requests with a status of 2xx, kept as DFINITY's gateway keeps them: for a fixed time, unless the
 * answer's Cache-Control says `no-store`, `no-cache` or `max-age`. No other header counts, be it Vary, Authorization or
 * Cookie, nor how the answer came about: that of an update call is kept like any other. Every answer that was or will be
 * kept tells by `x-cache-ttl` for how many seconds. Not imitated: that of several equal requests at once only the first
 * is let through, and that entries near their end are renewed by chance.
 */
export class AnswerCache {
  readonly #ttlSeconds: number;
  readonly #now: () => bigint;
  /** In the order of entry. What has expired stays until it is replaced or has to make place. */
  readonly #entries = new Map<string, Entry>();
  #size = 0;

  /**
   * @param ttlSeconds a whole number; for 0 nothing is kept
   * @param now nanoseconds since 1970
   */
  constructor(ttlSeconds: number, now: () => bigint) {
    this.#ttlSeconds = ttlSeconds;
    this.#now = now;
  }

  /** The answer kept for such a request, or else what `ask` answers. */
  async through(destination: Destination, request: CanisterHttpRequest, authority: string, ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#ttlSeconds === 0 || request.method !== 'GET') return ask();
    const key = keyOf(destination, request, authority);
    const kept = this.#get(key);
    if (kept !== undefined) return kept;
    const answer = await ask();
    const ttl = answer.status < 300 ? ttlOf(answer, this.#ttlSeconds) : 0;
    if (ttl === 0 || sizeOf(answer) > MAX_ITEM) return answer;
    this.#put(key, answer, ttl);
    return withTtl(answer, BigInt(ttl));
  }

  #get(key: string): Answer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const left = entry.expires - this.#now();
    return left > 0n ? withTtl(entry.answer, left / NANOSECONDS) : undefined;
  }

  #put(key: string, answer: Answer, ttl: number): void {
    this.#remove(key);
    const entry = { answer, size: sizeOf(answer), expires: this.#now() + BigInt(ttl) * NANOSECONDS };
    this.#entries.set(key, entry);
    this.#size += entry.size;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= MAX_TOTAL) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}

/**
 * By authority, path, query and range. The canister and the kind of host belong to it only here: on plain `localhost` the
 * authority does not tell them when the page that refers to the resource names the canister.
 */
function keyOf({ canister }: Destination, request: CanisterHttpRequest, authority: string): string {
  const range = request.headers.find(([name]) => name === 'range')?.[1];
  return JSON.stringify([authority, canister.toText(), request.url, range]);
}

/** In seconds; 0 when the answer is not to be kept. */
function ttlOf(answer: Answer, otherwise: number): number {
  for (const directive of headerOf(answer, 'cache-control')?.split(',') ?? []) {
    const [name, value] = directive.split('=').map((part) => part.trim());
    if (name === 'no-cache' || name === 'no-store') return 0;
    if (name === 'max-age' && /^\d+$/.test(value ?? '')) return Math.min(Number(value), MAX_TTL_SECONDS);
  }
  return otherwise;
}

function withTtl(answer: Answer, seconds: bigint): Answer {
  return { ...answer, headers: [...answer.headers.filter(([name]) => name.toLowerCase() !== 'x-cache-ttl'), ['x-cache-ttl', String(seconds)]] };
}

function sizeOf(answer: Answer): number {
  return answer.headers.reduce((size, [name, value]) => size + name.length + value.length, answer.body.length);
}
