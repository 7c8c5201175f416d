import { Principal } from '@dfinity/principal';
import { ApiError } from './api-error.js';

/** A CBOR map as it was sent, without the fields that are null or undefined: those count as absent. */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_PRINCIPAL = 29;
const NAT64_LIMIT = 2n ** 64n;

function malformed(message: string): ApiError {
  return new ApiError(400, `Malformed request: ${message}`);
}

/**
 * Readers of the fields of a request, by the interface specification's CDDL description. `what` names the field in the
 * error's text.
 * @throws {ApiError} 400, each of them, when the field is missing or of another type
 */
export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) throw malformed(`${what} must be a map`);
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined && field !== null));
}

export function text(map: Fields, name: string): string {
  const value = map[name];
  if (typeof value !== 'string') throw malformed(`${name} must be a text`);
  return value;
}

export function blob(map: Fields, name: string): Uint8Array {
  const value = map[name];
  if (!(value instanceof Uint8Array)) throw malformed(`${name} must be a blob`);
  return value;
}

export function list(map: Fields, name: string): readonly unknown[] {
  const value = map[name];
  if (!Array.isArray(value)) throw malformed(`${name} must be an array`);
  return value as unknown[];
}

/** A natural number of at most 64 bits. */
export function nat64(map: Fields, name: string): bigint {
  const value = map[name];
  if (typeof value !== 'bigint' || value < 0n || value >= NAT64_LIMIT) throw malformed(`${name} must be a natural number of at most 64 bits`);
  return value;
}

export function principal(map: Fields, name: string): Principal {
  return toPrincipal(map[name], name);
}

export function toPrincipal(value: unknown, what: string): Principal {
  if (!(value instanceof Uint8Array) || value.length > MAX_PRINCIPAL) throw malformed(`${what} must be a principal: a blob of at most ${MAX_PRINCIPAL} bytes`);
  return Principal.fromUint8Array(value);
}

/** What `read` makes of the field, or undefined where there is none. */
export function optional<T>(map: Fields, name: string, read: (map: Fields, name: string) => T): T | undefined {
  return map[name] === undefined ? undefined : read(map, name);
}
