import type { IncomingMessage } from 'node:http';
import { ApiError } from '../ic/agent-api/api-error.js';

/** Several times as much as the longest request. */
const MAX_BODY = 4_096;

/**
 * The body of a request, which is to be JSON.
 * @throws {ApiError} 400 when it is something else, 413 when it is too large
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json') throw new ApiError(400, 'The content-type must be application/json.');
  const parts: Buffer[] = [];
  let size = 0;
  // Not destroyed when the loop is left early: the answer that says so still has to go out on its socket.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new ApiError(413, `The body may have at most ${MAX_BODY} bytes.`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new ApiError(400, 'The body must be JSON.');
  }
}
