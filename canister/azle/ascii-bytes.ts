/** Text into bytes, by native code: a loop in JavaScript costs twenty times as much, the `TextEncoder` polyfill a hundred. */
import { candidEncode } from 'azle';

/**
 * The bytes of an ASCII text without control characters, as our keys, URLs and JSON are:
 * those of the Candid message `(text)` without its head. JSON quotes such a text as Candid does.
 */
export function asciiBytes(text: string): Uint8Array {
  return candidEncode(`(${JSON.stringify(text)})`).subarray(headLength(text.length));
}

/** The bytes of a text of letters, digits and `_`, which needs no quoting, at less. */
export function wordBytes(word: string): Uint8Array {
  return candidEncode(`("${word}")`).subarray(headLength(word.length));
}

/** `DIDL`, an empty type table, one argument, its type: 7 bytes; then the length in LEB128. */
function headLength(length: number): number {
  let head = 8;
  for (let rest = length; rest > 0x7f; rest >>>= 7) head += 1;
  return head;
}

/** The bytes that a Candid blob literal stands for: likewise by native code. @param literal without its quotes */
export function blobBytes(literal: string): Uint8Array {
  const message = candidEncode(`(blob "${literal}")`);
  // `DIDL`, one type in the table, which is vec nat8, one argument of it: 9 bytes; then the length in LEB128.
  let at = 9;
  while (message[at] > 0x7f) at += 1;
  return message.subarray(at + 1);
}
