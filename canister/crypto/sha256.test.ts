import { sha256 as judge } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK, START, advance, sha256 } from './sha256.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'ascii'));

describe('SHA-256', () => {
  // The examples that NIST gives: https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
    ['abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu', 'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1'],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('of %.20s', (text, hash) => {
    expect(hex(sha256([ascii(text)]))).toBe(hash);
  });

  it('is right at every length up to three blocks, whatever padding it takes', () => {
    for (let length = 0; length <= 3 * BLOCK; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 151);
      expect(hex(sha256([bytes]))).toBe(hex(judge(bytes)));
    }
  });

  it('takes parts as what they are together, and leaves them as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
        const before = Buffer.concat(parts);
        expect(hex(sha256(parts))).toBe(hex(judge(before)));
        expect(Buffer.concat(parts)).toEqual(before);
      }),
    );
  });

  it('goes on from where hashing stood, any number of times', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(4), fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 8 * BLOCK, maxLength: 8 * BLOCK }), (m, n, rest, bytes) => {
        const first = bytes.subarray(0, m * BLOCK);
        const second = bytes.subarray(m * BLOCK, (m + n) * BLOCK);
        const state = advance(advance(START, first), second);
        const whole = hex(judge(Buffer.concat([first, second, rest])));
        expect(hex(sha256([rest], state))).toBe(whole);
        expect(hex(sha256([rest], state))).toBe(whole); // it is not used up
      }),
    );
  });

  it('stands still only between blocks', () => {
    expect(() => advance(START, new Uint8Array(65))).toThrow('these are 65 bytes, not whole blocks of 64');
  });
});
