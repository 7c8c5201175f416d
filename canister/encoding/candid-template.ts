/**
 * Candid messages, written by filling holes.
 *
 * `IDL.encode` costs the canister tens of millions of instructions the first
 * time it meets a type. A message that is nearly the same each time is encoded
 * once, when the canister starts, with placeholders; later its constant parts
 * are put together around the real values, by native copies.
 */
import { concat } from './bytes.js';

/** An encoded message with holes where texts or blobs belong. */
export class Template {
  private readonly parts: Uint8Array[] = [];

  /**
   * @param encoded a message in which each of `holes`, a placeholder shorter than
   * 128 bytes, stands once as the content of a text or blob, in this order
   */
  constructor(encoded: Uint8Array, holes: readonly Uint8Array[]) {
    let from = 0;
    for (const hole of holes) {
      const at = indexOf(encoded, hole, from);
      if (at < 1 || encoded[at - 1] !== hole.length) throw new Error('a placeholder is not in the message');
      this.parts.push(encoded.subarray(from, at - 1));
      from = at + hole.length;
    }
    this.parts.push(encoded.subarray(from));
  }

  /** The message with these values in its holes. */
  fill(values: readonly Uint8Array[]): Uint8Array {
    if (values.length === 1) return fillOne(this.parts, values[0]);
    const pieces = [this.parts[0]];
    for (let i = 0; i < values.length; i += 1) pieces.push(leb128(values[i].length), values[i], this.parts[i + 1]);
    return concat(pieces);
  }
}

/** The usual case, written out: the pieces in a list would cost as much again. */
function fillOne([before, after]: readonly Uint8Array[], value: Uint8Array): Uint8Array {
  const length = leb128(value.length);
  const at = before.length + length.length;
  const whole = new Uint8Array(at + value.length + after.length);
  whole.set(before);
  whole.set(length, before.length);
  whole.set(value, at);
  whole.set(after, at + value.length);
  return whole;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; at + wanted.length <= bytes.length; at += 1) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** An unsigned LEB128 number, as Candid writes lengths. */
function leb128(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  if (value < 0x4000) return Uint8Array.of((value & 0x7f) | 0x80, value >>> 7);
  const out: number[] = [];
  for (; value >= 0x80; value >>>= 7) out.push((value & 0x7f) | 0x80);
  out.push(value);
  return Uint8Array.from(out);
}
