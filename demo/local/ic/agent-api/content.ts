import type { Principal } from '@dfinity/principal';
import { hashOfMap } from '../certification/request-id.js';
import { ApiError } from './api-error.js';
import { blob, type Fields, list, nat64, optional, principal, text } from './fields.js';
import type { IngressCall } from './subnet.js';

interface Request {
  /** The request id: the representation-independent hash of the content. */
  readonly id: Uint8Array;
  readonly sender: Principal;
  /** Nanoseconds since 1970. */
  readonly expiry: bigint;
}

/** A label of a path in the state tree, from the root on. */
export type Path = readonly Uint8Array[];

export interface CallRequest extends Request {
  readonly type: 'call' | 'query';
  readonly call: IngressCall;
}

export interface ReadStateRequest extends Request {
  readonly type: 'read_state';
  readonly paths: readonly Path[];
}

/** The content of an envelope. */
export type Content = CallRequest | ReadStateRequest;

const MAX_NONCE = 32;
const MAX_PATHS = 1_000;
const MAX_LABELS = 127;

/**
 * Reads the content of a call or a query (interface specification, "Request: Call", "Request: Query call"). Fields that are
 * not known here are not looked at, but count in the request id.
 * @throws {ApiError} 400
 */
export function readCall(content: Fields, type: 'call' | 'query'): CallRequest {
  checkType(content, type);
  if (content.sender_info !== undefined) {
    throw new ApiError(400, 'Malformed request: sender_info needs a canister signature, which the local IC does not support; leave it out');
  }
  const common = readCommon(content);
  const canister = principal(content, 'canister_id');
  const call = { canister, method: text(content, 'method_name'), argument: blob(content, 'arg'), sender: common.sender };
  return { type, ...common, call };
}

/**
 * Reads the content of a read_state request (interface specification, "Request: Read state").
 * @throws {ApiError} 400
 */
export function readReadState(content: Fields): ReadStateRequest {
  checkType(content, 'read_state');
  const paths = list(content, 'paths');
  if (paths.length > MAX_PATHS) throw new ApiError(400, `Malformed request: ${paths.length} paths, of at most ${MAX_PATHS}; ask for fewer at a time`);
  return { type: 'read_state', ...readCommon(content), paths: paths.map(readPath) };
}

function checkType(content: Fields, type: string): void {
  const given = text(content, 'request_type');
  if (given !== type) throw new ApiError(400, `Malformed request: request_type is ${JSON.stringify(given)}, but this endpoint takes ${JSON.stringify(type)}`);
}

function readCommon(content: Fields): Request {
  const nonce = optional(content, 'nonce', blob);
  if (nonce !== undefined && nonce.length > MAX_NONCE) throw new ApiError(400, `Malformed request: the nonce has ${nonce.length} bytes, of at most ${MAX_NONCE}`);
  const common = { sender: principal(content, 'sender'), expiry: nat64(content, 'ingress_expiry') };
  return { id: requestId(content), ...common };
}

function readPath(path: unknown): Path {
  if (!Array.isArray(path) || !path.every((label) => label instanceof Uint8Array)) throw new ApiError(400, 'Malformed request: each of the paths must be an array of blobs');
  if (path.length > MAX_LABELS) throw new ApiError(400, `Malformed request: a path of ${path.length} labels, of at most ${MAX_LABELS}`);
  return path;
}

function requestId(content: Fields): Uint8Array {
  try {
    return hashOfMap(content);
  } catch (error) {
    throw new ApiError(400, `Malformed request: the content has no request id: ${(error as Error).message}`);
  }
}
