import type { Principal } from '@dfinity/principal';
import type { RequestState, RequestStatus } from '../certification/subnet-state.js';
import { RejectCode, type Response } from '../reject.js';
import { ApiError } from './api-error.js';

/** A call that the subnet may be asked to execute. */
export interface NewRequest {
  /** The request id. */
  readonly id: Uint8Array;
  readonly sender: Principal;
  readonly canister: Principal;
  readonly effectiveCanister: Principal;
  /** Nanoseconds since 1970. */
  readonly expiry: bigint;
}

/** A call that the subnet has received. */
export interface KnownRequest extends NewRequest {
  /** Another object whenever it changes. */
  readonly state: RequestState;
  /** Resolves once the call has been replied to or rejected. */
  readonly ended: Promise<void>;
}

export interface HistoryLimits {
  /** Of all replies and reject messages together. Beyond it the oldest are dropped, and their calls just `done`. */
  readonly maxBytes: number;
  /** Beyond it no call is let in. */
  readonly maxRequests: number;
}

interface Entry extends NewRequest {
  state: RequestState;
  ended: Promise<void>;
  /** Nanoseconds since 1970; undefined while the call is open. */
  forgetAt?: bigint;
}

type Submit = (onProcessing: () => void) => Promise<{ readonly response: Promise<Response> }>;

/** How long a response is kept, and a request known after its expiry, in nanoseconds: five minutes. */
const KEPT = 300_000_000_000n;
const DEFAULT_LIMITS: HistoryLimits = { maxBytes: 64 * 2 ** 20, maxRequests: 100_000 };

/**
 * The calls of the last minutes, and what has become of them (interface specification, "Overview of canister calling").
 * It is what keeps a request that is sent again from being executed again: a request is known until it has expired.
 */
export class IngressHistory {
  readonly #now: () => bigint;
  readonly #limits: HistoryLimits;
  readonly #known = new Map<string, Entry>();
  readonly #beingLetIn = new Map<string, Promise<KnownRequest>>();
  /** Those whose response is kept, oldest first. */
  readonly #answered = new Set<Entry>();
  #bytes = 0;

  /** @param now the subnet's time, in nanoseconds since 1970 */
  constructor(now: () => bigint, limits = DEFAULT_LIMITS) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Of all requests known. A state is the same object as before when it has not changed. */
  states(): readonly RequestState[] {
    this.#forget();
    return [...this.#known.values()].map(({ state }) => state);
  }

  find(id: Uint8Array): KnownRequest | undefined {
    this.#forget();
    return this.#known.get(key(id));
  }

  /**
   * Lets a call in, unless it has been let in before; the same call twice at a time is submitted once.
   * @throws {ApiError} 503 when there are too many calls
   * @throws what `submit` throws; the request then stays unknown
   */
  letIn(request: NewRequest, submit: Submit): Promise<KnownRequest> {
    const known = this.find(request.id);
    if (known !== undefined) return Promise.resolve(known);
    const id = key(request.id);
    const under = this.#beingLetIn.get(id);
    if (under !== undefined) return under;
    const entering = this.#submit(id, request, submit).finally(() => this.#beingLetIn.delete(id));
    this.#beingLetIn.set(id, entering);
    return entering;
  }

  async #submit(id: string, request: NewRequest, submit: Submit): Promise<KnownRequest> {
    if (this.#known.size + this.#beingLetIn.size >= this.#limits.maxRequests) {
      throw new ApiError(503, `Service is overloaded, try again later: the local IC remembers at most ${this.#limits.maxRequests} calls, each for about ten minutes`);
    }
    const entry: Entry = { ...request, state: { id: request.id, result: { status: 'received' } }, ended: Promise.resolve() };
    const { response } = await submit(() => {
      if (entry.state.result.status === 'received') entry.state = { id: request.id, result: { status: 'processing' } };
    });
    this.#known.set(id, entry);
    entry.ended = response.then(
      (ended) => {
        this.#end(entry, ended);
      },
      (error: unknown) => {
        this.#end(entry, { kind: 'reject', code: RejectCode.SysFatal, message: `The local IC failed: ${String(error)}` });
      },
    );
    return entry;
  }

  #end(entry: Entry, response: Response): void {
    const now = this.#now();
    entry.state = { id: entry.id, result: toStatus(response) };
    entry.forgetAt = (entry.expiry > now ? entry.expiry : now) + KEPT;
    this.#answered.add(entry);
    this.#bytes += size(entry.state);
    for (const oldest of this.#answered) {
      if (this.#bytes <= this.#limits.maxBytes) break;
      this.#drop(oldest);
      oldest.state = { id: oldest.id, result: { status: 'done' } };
    }
  }

  #drop(entry: Entry): void {
    if (this.#answered.delete(entry)) this.#bytes -= size(entry.state);
  }

  #forget(): void {
    const now = this.#now();
    for (const [id, entry] of this.#known) {
      if (entry.forgetAt === undefined || entry.forgetAt >= now) continue;
      this.#drop(entry);
      this.#known.delete(id);
    }
  }
}

function toStatus(response: Response): RequestStatus {
  return response.kind === 'reply'
    ? { status: 'replied', reply: response.data }
    : { status: 'rejected', code: response.code, message: response.message, errorCode: response.errorCode };
}

function size({ result }: RequestState): number {
  if (result.status === 'replied') return result.reply.length;
  return result.status === 'rejected' ? Buffer.byteLength(result.message) : 0;
}

const key = (id: Uint8Array) => Buffer.from(id).toString('hex');
