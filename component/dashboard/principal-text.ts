/** The text of principals (https://docs.internetcomputer.org/references/ic-interface-spec#textual-ids). */

/** The anonymous principal, which is everybody. */
export const ANONYMOUS = '2vxsx-fae';

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';

/** Whether text is a principal, checksum included. */
export function isPrincipal(text: string): boolean {
  if (!/^([a-z2-7]{5}-)*[a-z2-7]{1,5}$/.test(text)) return false;
  const bytes: number[] = [];
  let [bits, size] = [0, 0];
  for (const digit of text.replaceAll('-', '')) {
    bits = ((bits << 5) | DIGITS.indexOf(digit)) & 0xfff;
    size += 5;
    if (size >= 8) bytes.push((bits >> (size -= 8)) & 0xff);
  }
  const isWhole = size < 5 && (bits & ((1 << size) - 1)) === 0;
  const content = bytes.slice(4);
  return isWhole && bytes.length >= 4 && content.length <= 29 && checksum(content) === ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]);
}

/** CRC-32 as in ISO 3309, as a signed number. */
function checksum(bytes: readonly number[]): number {
  let rest = -1;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest;
}
