import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacKey } from './hmac.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (byte: number, length: number) => new Uint8Array(length).fill(byte);
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'ascii'));

describe('HMAC-SHA-256', () => {
  // https://www.rfc-editor.org/rfc/rfc4231#section-4
  it.each([
    [bytes(0x0b, 20), ascii('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [ascii('Jefe'), ascii('what do ya want for nothing?'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [bytes(0xaa, 20), bytes(0xdd, 50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [bytes(0xaa, 131), ascii('Test Using Larger Than Block-Size Key - Hash Key First'), '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'],
  ])('vector %#', (key, message, code) => {
    expect(hex(new HmacKey(key).sign([message]))).toBe(code);
  });

  it('takes a key of a whole block as it is, and hashes a longer one', () => {
    for (const length of [63, 64, 65]) expect(hex(new HmacKey(bytes(7, length)).sign([ascii('abc')]))).toBe(hex(hmac(sha256, bytes(7, length), ascii('abc'))));
  });

  it('is what the judge says, for keys and messages of any length, and a key signs again and again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), fc.array(fc.uint8Array({ maxLength: 140 }), { maxLength: 4 }), (key, parts) => {
        const signer = new HmacKey(key);
        for (const message of [parts, [...parts].reverse()]) expect(hex(signer.sign(message))).toBe(hex(hmac(sha256, key, Buffer.concat(message))));
      }),
    );
  });
});
