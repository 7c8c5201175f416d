/**
 * Bytes and text, the cheap way round.
 *
 * `TextDecoder` and `TextEncoder` are JavaScript polyfills inside the canister,
 * at about 15,000 instructions a byte; `fromCharCode` costs 220.
 */

const CHUNK = 8192; // arguments in one `apply`: the engine's stack is small

/**
 * The text whose character codes are the bytes. For ASCII that is the text
 * itself. UTF-8 beyond ASCII comes out garbled but harmless: no byte of a
 * multi-byte character is a quote, a backslash or a control character, so JSON
 * keeps its structure, and nothing we keep of it is anything but ASCII.
 */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += latin1(bytes.subarray(at, at + CHUNK));
  return text;
}

/** The bytes of an ASCII text; where many pass, `System.bytes` is cheaper. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The parts, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The bytes that are written in hexadecimal. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
