import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64 } from './base64.js';

const text = (bytes: Uint8Array) => Buffer.from(base64(bytes)).toString('latin1');

it('is that of Node at every length up to 100, whatever padding it takes', () => {
  for (let length = 0; length <= 100; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 151 + length);
    expect(text(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  }
});

it('is that of Node for any bytes, also those of a view, and leaves them as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000, size: 'max' }), fc.nat(20), (whole, from) => {
      const bytes = whole.subarray(from);
      const before = Buffer.from(bytes);
      expect(text(bytes)).toBe(before.toString('base64'));
      expect(Buffer.from(bytes)).toEqual(before);
    }),
  );
});

it('knows all pairs of characters, at each place in a word', () => {
  for (let place = 0; place < 8; place += 1) {
    const bytes = new Uint8Array(12);
    for (let bits = 0; bits < 4096; bits += 1) {
      const at = (12 * place) >>> 3;
      bytes.fill(0);
      bytes[at] = place % 2 === 0 ? bits >>> 4 : bits >>> 8;
      bytes[at + 1] = place % 2 === 0 ? (bits & 0xf) << 4 : bits & 0xff;
      if (text(bytes) !== Buffer.from(bytes).toString('base64')) expect.fail(`the bits ${bits} at place ${place}`);
    }
  }
});
