/**
 * SHA-256, at about 8,400 instructions a byte inside the canister: the usual libraries take three times as many.
 *
 * FIPS 180-4: https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
import { compress } from './sha256-rounds.js';

/** Bytes that are hashed at once. */
export const BLOCK = 64;

/** Where hashing stands after some whole blocks, so that what many messages begin with is hashed but once. */
export interface Midstate {
  /** The eight words of the standard's `H`, the last one first. */
  readonly words: Int32Array;
  /** What has been hashed, in bytes: a multiple of {@link BLOCK}. */
  readonly length: number;
}

/** Before the first block. */
export const START: Midstate = {
  words: Int32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19).reverse(),
  length: 0,
};

/** The state after more blocks. Throws a RangeError where they are not whole ones. */
export function advance(state: Midstate, blocks: Uint8Array): Midstate {
  if (blocks.length % BLOCK !== 0) throw new RangeError(`these are ${blocks.length} bytes, not whole blocks of ${BLOCK}`);
  return { words: compress(state.words, wordsOf(blocks.slice())), length: state.length + blocks.length };
}

/**
 * The hash, 32 bytes, of the parts one after the other, which are less than 2^28 bytes together.
 * @param from where hashing stands before them
 */
export function sha256(parts: readonly Uint8Array[], from = START): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  // Up to the end of a block come a bit that is set, zeros, and the length in bits.
  const padded = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  let at = 0;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded[length] = 0x80;
  const message = wordsOf(padded);
  message[0] = 8 * (from.length + length);
  return new Uint8Array(compress(from.words, message).buffer).reverse();
}

/**
 * The bytes as words, the last one first. SHA-256 is big-endian and typed arrays are not: to turn
 * everything round is native code, to turn round each word would not be.
 * @param bytes the whole of their buffer; they are spoilt
 */
function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.reverse().buffer);
}
