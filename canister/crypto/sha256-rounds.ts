/**
 * What SHA-256 does with a block, written out by a program.
 *
 * The canister's engine interprets: each operator and each use of a local variable costs
 * about 60 instructions, an array's element 190 to read and 900 to write, and a call 1,000.
 * So the 64 rounds are unrolled, and nothing leaves the local variables.
 */

/**
 * The state after the blocks of a message. FIPS 180-4, section 6.2.2.
 * @param state the eight words of `H`, the last one first, as is what is returned
 * @param message the blocks' words, the last one first
 */
export type Compress = (state: Int32Array, message: Int32Array) => Int32Array;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
// prettier-ignore
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
].map((constant) => constant | 0);

const NAMES = [...'abcdefgh'];
const SCHEDULE = Array.from({ length: 16 }, (_, i) => `w${i}`);

/**
 * Sums are made in pairs, for one beyond 32 bits is slow to go on with until `| 0` cuts it down.
 * And it is `var` throughout: with `let`, each use would cost twice, to see whether it has been set.
 */
function source(): string {
  return `
    var ${NAMES.map((name, i) => `${name} = state[${7 - i}], ${name}0`).join()}, ${SCHEDULE.join()}, x, y;
    for (var at = message.length - 1; at > 0; at -= 16) {
      ${NAMES.map((name) => `${name}0 = ${name};`).join('')}
      x = b ^ c;
      ${K.map(round).join('')}
      ${NAMES.map((name) => `${name} = ${name} + ${name}0 | 0;`).join('')}
    }
    return Int32Array.of(${[...NAMES].reverse().join()});`;
}

/** Round `t`. The standard hands each value on to the next variable; here values stay, and the names move. */
function round(constant: number, t: number): string {
  const [a, b, , d, e, f, g, h] = NAMES.map((_, i) => NAMES[(i + 64 - t) % 8]);
  const [w, w1, w9, w14] = [0, 1, 9, 14].map((i) => SCHEDULE[(t + i) % 16]);
  // What is `a ^ b` in one round is `b ^ c` in the next, where Maj(a, b, c) = (a ^ b) & (b ^ c) ^ b needs both.
  const [ab, bc] = t % 2 === 0 ? ['y', 'x'] : ['x', 'y'];
  const scheduled =
    t < 16
      ? `message[at - ${t}]`
      : `(${w} + (${rotr(w1, 7)} ^ ${rotr(w1, 18)} ^ ${w1} >>> 3)) + (${w9} + (${rotr(w14, 17)} ^ ${rotr(w14, 19)} ^ ${w14} >>> 10)) | 0`;
  return `
    ${w} = ${scheduled};
    ${h} = (${h} + (${rotr(e, 6)} ^ ${rotr(e, 11)} ^ ${rotr(e, 25)})) + ((${g} ^ ${e} & (${f} ^ ${g})) + (${w} + ${constant})) | 0;
    ${d} = ${d} + ${h} | 0;
    ${h} = ${h} + ((${rotr(a, 2)} ^ ${rotr(a, 13)} ^ ${rotr(a, 22)}) + ((${ab} = ${a} ^ ${b}) & ${bc} ^ ${b})) | 0;`;
}

function rotr(word: string, bits: number): string {
  return `(${word} >>> ${bits} | ${word} << ${32 - bits})`;
}

// eslint-disable-next-line @typescript-eslint/no-implied-eval -- of nothing but what stands above
export const compress = new Function('state', 'message', source()) as Compress;
