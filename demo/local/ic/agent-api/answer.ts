import { encodeCbor } from '../cbor.js';
import type { ApiError } from './api-error.js';

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  /** The content type; absent with an empty body. */
  readonly type?: string;
  readonly body?: Uint8Array;
}

/** A call that is on its way: the client is to poll with read_state. */
export const ACCEPTED: Answer = { status: 202 };

/** 200 with a map in CBOR. */
export function cborAnswer(map: Record<string, unknown>): Answer {
  return { status: 200, type: 'application/cbor', body: encodeCbor(map) };
}

export function errorAnswer({ status, message }: Pick<ApiError, 'status' | 'message'>): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(message) };
}
