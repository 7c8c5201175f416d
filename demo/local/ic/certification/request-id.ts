import { createHash } from 'node:crypto';
import { leb128 } from './leb128.js';

/**
 * The representation-independent hash of a map, 32 bytes (interface specification, "Hash of map"); of a request's
 * `content`, it is the request id. Fields that are undefined or null count as left out.
 * @throws {Error} when a value is none of blob, text, natural number, array and map
 */
export function hashOfMap(map: object): Uint8Array {
  const fields = Object.entries(map)
    .filter(([, value]: [string, unknown]) => value !== undefined && value !== null)
    .map(([name, value]: [string, unknown]) => Buffer.concat([sha256(Buffer.from(name)), hashOfValue(value, name)]));
  return sha256(...fields.sort((a, b) => Buffer.compare(a, b)));
}

function hashOfValue(value: unknown, field: string): Uint8Array {
  if (value instanceof Uint8Array) return sha256(value);
  if (typeof value === 'string') return sha256(Buffer.from(value));
  if (typeof value === 'bigint' && value >= 0n) return sha256(leb128(value));
  if (typeof value === 'number' && Number.isSafeInteger(value)) return hashOfValue(BigInt(value), field);
  if (Array.isArray(value)) return sha256(...value.map((element: unknown) => hashOfValue(element, field)));
  if (typeof value === 'object' && value !== null) return hashOfMap(value);
  throw new Error(`the field ${field} holds something else than blobs, texts, natural numbers, arrays and maps, of which alone requests are made`);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
