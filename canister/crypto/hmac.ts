/**
 * HMAC-SHA-256 with a key that signs many messages.
 *
 * RFC 2104: https://www.rfc-editor.org/rfc/rfc2104
 */
import { BLOCK, START, advance, sha256, type Midstate } from './sha256.js';

/** A key. Of its four blocks of hashing for each message, the two that depend on the key alone are done beforehand. */
export class HmacKey {
  private readonly inner: Midstate;
  private readonly outer: Midstate;

  constructor(key: Uint8Array) {
    const block = new Uint8Array(BLOCK);
    block.set(key.length > BLOCK ? sha256([key]) : key);
    this.inner = advance(START, block.map((byte) => byte ^ 0x36));
    this.outer = advance(START, block.map((byte) => byte ^ 0x5c));
  }

  /** The code, 32 bytes, of the parts one after the other. */
  sign(parts: readonly Uint8Array[]): Uint8Array {
    return sha256([sha256(parts, this.inner)], this.outer);
  }
}
