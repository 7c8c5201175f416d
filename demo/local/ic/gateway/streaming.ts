import type { Principal } from '@dfinity/principal';
import type { Answer } from './answer.js';
import { type CanisterHttpResponse, type Chunk, decodeChunk } from './candid.js';
import { GatewayError } from './gateway-error.js';
import type { GatewayIc } from './gateway-ic.js';

/** As many as DFINITY's gateway asks for. */
const MAX_CHUNKS = 1_000;
/** The whole of a body is held in memory, in bytes. */
const MAX_BODY = 64 * 2 ** 20;

/**
 * Fetches the rest of a streamed body by query calls (HTTP gateway protocol specification, "Response Body Streaming").
 * The body is assembled before anything is passed on, so that a certified answer is verified whole.
 * @throws {GatewayError} when the callback is another canister's, its reply is none, or there is no end of chunks
 * @throws {RejectError}
 */
export async function withWholeBody(ic: GatewayIc, canister: Principal, { status, headers, body, streaming }: CanisterHttpResponse): Promise<Answer> {
  if (streaming === undefined) return { status, headers, body };
  if (streaming.canister.compareTo(canister) !== 'eq') {
    throw new GatewayError(503, `Canister error: the callback of its streaming_strategy is a method of ${streaming.canister.toText()}, not of ${canister.toText()} itself`);
  }
  const parts = [body];
  let size = body.length;
  let { token } = streaming as { token: Uint8Array | undefined };
  while (token !== undefined) {
    if (parts.length > MAX_CHUNKS) throw new GatewayError(503, `Canister error: the body that ${streaming.method} streams does not end within ${MAX_CHUNKS} chunks; let the last chunk have no token`);
    const chunk = decode(await ic.query(canister, streaming.method, token), streaming.method);
    parts.push(chunk.body);
    size += chunk.body.length;
    if (size > MAX_BODY) throw new GatewayError(503, `Canister error: the body that ${streaming.method} streams has more than ${MAX_BODY} bytes, which is the most that the local gateway takes`);
    token = chunk.token;
  }
  return { status, headers, body: new Uint8Array(Buffer.concat(parts)) };
}

function decode(reply: Uint8Array, method: string): Chunk {
  try {
    return decodeChunk(reply);
  } catch (error) {
    throw new GatewayError(503, `Canister error: the reply of ${method} is not a StreamingCallbackHttpResponse of the HTTP gateway protocol: ${String(error)}`);
  }
}
