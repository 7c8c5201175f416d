/**
 * SHA-256, at about 8,400 instructions a byte inside the canister: the usual libraries take three times as many.
 *
 * FIPS 180-4: https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
import { concat } from '../encoding/bytes.js';
import { compress } from './sha256-rounds.js';

/** Bytes that are hashed at once. */
export const BLOCK = 64;

/** Where hashing stands after some whole blocks, so that what many messages begin with is hashed but once. */
export interface Midstate {
  /** The eight 32-bit words of the standard's `H`, as signed integers. */
  readonly words: readonly number[];
  /** What has been hashed, in bytes: a multiple of {@link BLOCK}. */
  readonly length: number;
}

/** Before the first block. */
export const START: Midstate = {
  words: [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19].map((word) => word | 0),
  length: 0,
};

/** The state after more blocks. Throws a RangeError where they are not whole ones. */
export function advance(state: Midstate, blocks: Uint8Array): Midstate {
  if (blocks.length % BLOCK !== 0) throw new RangeError(`these are ${blocks.length} bytes, not whole blocks of ${BLOCK}`);
  return { words: compress(state.words, wordsOf(blocks.slice())), length: state.length + blocks.length };
}

/**
 * The hash, 32 bytes, of the parts one after the other.
 * @param from where hashing stands before them
 */
export function sha256(parts: readonly Uint8Array[], from = START): Uint8Array {
  let length = from.length;
  for (const part of parts) length += part.length;
  // A bit that is set, zeros, and the length in bits as 64 of them, up to the end of a block.
  const padding = new Uint8Array(BLOCK + 8 - ((length + 8) % BLOCK));
  padding[0] = 0x80;
  new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n);
  const words = compress(from.words, wordsOf(concat([...parts, padding])));
  return new Uint8Array(Int32Array.from(words).reverse().buffer).reverse();
}

/**
 * The bytes as words, the last one first. SHA-256 is big-endian and typed arrays are not: to turn
 * everything round is native code, to turn round each word would not be.
 * @param bytes the whole of their buffer; they are spoilt
 */
function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.reverse().buffer);
}
