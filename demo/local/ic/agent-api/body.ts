import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.js';

const CBOR = 'application/cbor';
/** What the IC's boundary nodes take; for calls the limit is lower still. */
const MAX_BODY = 4 * 2 ** 20;

/**
 * The body of a request, which is to be CBOR.
 * @throws {ApiError} 400 when it is said to be something else, 413 when it is too large
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  if (request.headers['content-type']?.toLowerCase() !== CBOR) throw new ApiError(400, `Unexpected content-type, expected ${CBOR}`);
  const parts: Buffer[] = [];
  let size = 0;
  // Not destroyed when the loop is left early: the answer that says so still has to go out on its socket.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new ApiError(413, `Payload too large: a request may have at most ${MAX_BODY} bytes; send less at a time`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
