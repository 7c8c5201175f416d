import type { RejectCode, Response } from '../reject.js';
import type { Mode } from './system-api/contexts.js';

/** What makes the Wasm stop: a failed check of the System API, or `ic0.trap`. Thrown through the Wasm code. */
export class Trap extends Error {
  override readonly name = 'Trap';
}

/** A table index and the value its function is called with. */
export interface Closure {
  readonly fun: number;
  readonly env: number;
}

/** One execution of one entry point: plain data, which is handed to the canister's thread. */
export interface Message {
  readonly mode: Mode;
  readonly entry: { readonly name: string } | Closure;
  readonly caller: Uint8Array;
  /** The argument of a method, or the reply that a reply callback is given. */
  readonly argument?: Uint8Array;
  /** The reject that a reject callback, or the cleanup after it, is given. */
  readonly rejection?: { readonly code: RejectCode; readonly message: string };
  /** Cycles that came back with the response, in callbacks. */
  readonly refunded?: bigint;
  /** The method an ingress message asks for, in `canister_inspect_message`. */
  readonly methodName?: string;
  /** Whether the call context still waits for a response. */
  readonly needsResponse?: boolean;
  /** The call's deadline in nanoseconds since 1970, 0 for none. */
  readonly deadline?: bigint;
}

/** What a message can see of the world around it. */
export interface Environment {
  readonly self: Uint8Array;
  readonly controllers: readonly Uint8Array[];
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly version: bigint;
  /** 1 running, 2 stopping, 3 stopped. */
  readonly status: 1 | 2 | 3;
  readonly balance: bigint;
  /** The balance below which the canister is frozen: calls must leave it untouched. */
  readonly freezingLimit: bigint;
  /** Cycles that came with the call and are not accepted yet. */
  readonly available: bigint;
  /** Executed in this call context before this message. */
  readonly contextInstructions: bigint;
  readonly globalTimer: bigint;
  /** The canister's environment variables. */
  readonly variables: ReadonlyMap<string, string>;
  /** For `data_certificate`, in queries by users. */
  readonly certificate: Uint8Array | undefined;
  /** The number of nodes that prices are for. */
  readonly pricedNodes: number;
  /** Of the root of trust, in DER. */
  readonly rootKey: Uint8Array;
  readonly subnet: Uint8Array;
}

/** A call as assembled by `call_new` … `call_perform`. */
export interface OutgoingCall {
  readonly callee: Uint8Array;
  readonly method: string;
  readonly argument: Uint8Array;
  readonly cycles: bigint;
  /** Held back for transmitting the call and its response, and for the callback; what of it is not used comes back. */
  readonly reserved: bigint;
  readonly onReply: Closure;
  readonly onReject: Closure;
  readonly onCleanup: Closure | undefined;
  /** Of a bounded-wait call: how long, in seconds. */
  readonly timeoutSeconds: number | undefined;
}

/** What a message that did not trap wants done. Nothing of it happens before the message is committed. */
export interface Effects {
  readonly response: Response | undefined;
  readonly calls: readonly OutgoingCall[];
  /** Taken from the cycles available on the call. */
  readonly accepted: bigint;
  /** Balance afterwards minus balance before. */
  readonly balanceChange: bigint;
  readonly burned: bigint;
  readonly globalTimer: bigint | undefined;
  readonly certifiedData: Uint8Array | undefined;
  /** Whether `canister_inspect_message` let the message in. */
  readonly letIn: boolean;
}

export type Outcome = Ending & {
  readonly instructions: bigint;
  /** Whether the module counts its instructions itself; otherwise they are estimated by the time taken. */
  readonly counted: boolean;
};
type Ending = { readonly kind: 'returned'; readonly effects: Effects } | { readonly kind: 'trapped'; readonly message: string };

/** What a canister's instruction takes here, by and large, where none are counted. */
export const INSTRUCTIONS_PER_MS = 1_000_000;

type Unfinished<T> = { -readonly [K in keyof T]: T[K] };
/** The call that is being assembled; its payload grows piece by piece. */
export type CallUnderConstruction = Omit<Unfinished<OutgoingCall>, 'argument'> & { payload: Uint8Array[]; payloadBytes: number };

/** The state of one execution while it runs. */
export class Execution {
  readonly message: Message;
  readonly environment: Environment;
  readonly replyData: Uint8Array[] = [];
  replyBytes = 0;
  response: Response | undefined;
  call: CallUnderConstruction | undefined;
  readonly calls: OutgoingCall[] = [];
  accepted = 0n;
  burned = 0n;
  /** Cycles that went away with calls, finished or under construction, and what is reserved for them. */
  attached = 0n;
  globalTimer: bigint | undefined;
  certifiedData: Uint8Array | undefined;
  letIn = false;
  readonly #counter: () => bigint | undefined;
  readonly #startedAt = performance.now();

  /** @param counter reads the instructions counted so far, where the module counts them itself */
  constructor(message: Message, environment: Environment, counter: () => bigint | undefined = () => undefined) {
    this.message = message;
    this.environment = environment;
    this.#counter = counter;
  }

  /** Instructions executed so far, counted or else estimated. */
  get instructions(): bigint {
    return this.#counter() ?? BigInt(Math.round((performance.now() - this.#startedAt) * INSTRUCTIONS_PER_MS));
  }

  /** The balance as the message sees it at this moment. */
  get balance(): bigint {
    return this.environment.balance + this.accepted - this.burned - this.attached;
  }

  /** What of the balance can be spent: not what the freezing limit needs. */
  get liquid(): bigint {
    const liquid = this.balance - this.environment.freezingLimit;
    return liquid > 0n ? liquid : 0n;
  }

  /** Cycles still available on the call; none once it is responded to. */
  get available(): bigint {
    return this.response === undefined ? this.environment.available - this.accepted : 0n;
  }

  /** A call that is not performed gives its cycles back. */
  dropCall(): void {
    if (this.call !== undefined) this.attached -= this.call.cycles;
    this.call = undefined;
  }

  finish(): Effects {
    this.dropCall();
    const { response, calls, accepted, burned, globalTimer, certifiedData, letIn } = this;
    return { response, calls, accepted, burned, balanceChange: this.balance - this.environment.balance, globalTimer, certifiedData, letIn };
  }
}
