import { MAX_RESPONSE_BYTES } from '../prices.js';
import { RejectCode, RejectError } from '../reject.js';
import type { HttpHeader, OutcallRequest } from './candid.js';

/** Limits of the interface specification, `http_request`. Bytes. */
const MAX_REQUEST_BYTES = 2_000_000;
const MAX_URL = 8_192;
const MAX_HEADERS = 64;
const MAX_HEADER_PART = 8 * 1024;
const MAX_HEADER_BYTES = 48 * 1024;
const NON_REPLICATED_ONLY = new Set(['PUT', 'DELETE', 'PATCH']);

const bytes = (text: string) => Buffer.byteLength(text);
export const headerBytes = (headers: readonly HttpHeader[]) => headers.reduce((sum, { name, value }) => sum + bytes(name) + bytes(value), 0);

/** What prices are reckoned from: URL, headers, body, and the transform's name and context. */
export function requestBytes({ url, headers, body, transform }: OutcallRequest): number {
  return bytes(url) + headerBytes(headers) + body.length + (transform === undefined ? 0 : bytes(transform.method) + transform.context.length);
}

/** @throws {RejectError} CanisterReject, before anything is charged */
export function checkRequest(request: OutcallRequest, caller: string): void {
  const { url, maxResponseBytes, headers, body, transform, method, replicated } = request;
  if (maxResponseBytes > BigInt(MAX_RESPONSE_BYTES)) refuse(`max_response_bytes expected to be in the range [0..${MAX_RESPONSE_BYTES}], got ${maxResponseBytes}`);
  if (bytes(url) > MAX_URL) refuse(`The URL has ${bytes(url)} bytes and exceeds the limit of ${MAX_URL}`);
  const problem = headerProblem(headers);
  if (problem !== undefined) refuse(problem);
  const size = headerBytes(headers) + body.length;
  if (size > MAX_REQUEST_BYTES) refuse(`The request's headers and body have ${size} bytes and exceed the limit of ${MAX_REQUEST_BYTES}`);
  if (replicated && NON_REPLICATED_ONLY.has(method)) refuse(`The method ${method} is only allowed for non-replicated requests (is_replicated = opt false)`);
  if (transform !== undefined && transform.canister.toText() !== caller) {
    refuse(`The transform must be a method of the canister that makes the request, ${caller}, and not of ${transform.canister.toText()}`);
  }
}

/** What is wrong with headers, of a request or of a response, by the spec's limits. */
export function headerProblem(headers: readonly HttpHeader[]): string | undefined {
  if (headers.length > MAX_HEADERS) return `There are ${headers.length} headers, of at most ${MAX_HEADERS}`;
  const long = headers.find(({ name, value }) => bytes(name) > MAX_HEADER_PART || bytes(value) > MAX_HEADER_PART);
  if (long !== undefined) return `The name or value of header ${long.name.slice(0, 40)} exceeds ${MAX_HEADER_PART} bytes`;
  if (headerBytes(headers) > MAX_HEADER_BYTES) return `The headers have ${headerBytes(headers)} bytes, of at most ${MAX_HEADER_BYTES}`;
  return undefined;
}

function refuse(message: string): never {
  throw new RejectError(RejectCode.CanisterReject, message);
}
