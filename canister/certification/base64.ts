/** Base64, for certificates of about two kilobytes, at 1,000 instructions a byte inside the canister: a plain loop takes 2,000. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The two characters for twelve bits, the first one in the lower byte. */
const PAIRS = Uint16Array.from({ length: 4096 }, (_, bits) => ALPHABET.charCodeAt(bits >>> 6) | (ALPHABET.charCodeAt(bits & 63) << 8));
const PADDING = 0x3d;

/**
 * The characters, in ASCII. Reads words of four bytes and writes words of four characters: to write into an array is what
 * costs most, so twelve bytes at a time are three reads and four writes.
 */
export function base64(bytes: Uint8Array): Uint8Array {
  const groups = Math.ceil(bytes.length / 12);
  const padded = new Uint8Array(12 * groups);
  padded.set(bytes);
  // The words are big-endian and typed arrays are not: to turn everything round is native code.
  const words = new Uint32Array(padded.reverse().buffer);
  const text = new Uint32Array(4 * groups);
  for (let from = words.length - 1, to = 0; from > 0; from -= 3, to += 4) {
    const a = words[from];
    const b = words[from - 1];
    const c = words[from - 2];
    text[to] = PAIRS[a >>> 20] | (PAIRS[(a >>> 8) & 0xfff] << 16);
    text[to + 1] = PAIRS[((a & 0xff) << 4) | (b >>> 28)] | (PAIRS[(b >>> 16) & 0xfff] << 16);
    text[to + 2] = PAIRS[(b >>> 4) & 0xfff] | (PAIRS[((b & 0xf) << 8) | (c >>> 24)] << 16);
    text[to + 3] = PAIRS[(c >>> 12) & 0xfff] | (PAIRS[c & 0xfff] << 16);
  }
  const whole = new Uint8Array(text.buffer, 0, 4 * Math.ceil(bytes.length / 3));
  const missing = (3 - (bytes.length % 3)) % 3;
  if (missing > 0) whole.fill(PADDING, whole.length - missing);
  return whole;
}
