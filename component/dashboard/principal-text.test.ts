import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPrincipal } from './principal-text.js';

/** Whether the official library takes text for a principal, and writes it so. */
function isOfficially(text: string): boolean {
  try {
    return Principal.fromText(text).toText() === text;
  } catch {
    return false;
  }
}

it('takes every principal', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 29 }), (bytes) => isPrincipal(Principal.fromUint8Array(bytes).toText())), { numRuns: 500 });
});

it('takes nothing else', () => {
  const texts = fc.uint8Array({ maxLength: 29 }).map((bytes) => Principal.fromUint8Array(bytes).toText());
  const spoilt = fc.tuple(texts, fc.nat(), fc.constantFrom(...'abcz27-A0 ')).map(([text, at, character]) => text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1));
  fc.assert(fc.property(fc.oneof(spoilt, fc.string(), texts.map((text) => text.slice(0, -1))), (text) => isPrincipal(text) === isOfficially(text)), { numRuns: 2_000 });
  expect(isPrincipal('')).toBe(false);
});
