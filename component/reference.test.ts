import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { isMadeFrom, makeReference } from './reference.js';

afterEach(() => vi.restoreAllMocks());

const publicReference = fc.stringMatching(/^[A-Za-z0-9_-]{0,169}$/);

it('is the public part, the mark, and 26 characters; at most the 200 that Stripe takes', () => {
  expect(makeReference()).toMatch(/^isp1[a-z2-7]{26}$/);
  expect(makeReference('order-42')).toMatch(/^order-42-isp1[a-z2-7]{26}$/);
  fc.assert(
    fc.property(publicReference, (reference) => {
      const made = makeReference(reference);
      expect(made).toMatch(/^[A-Za-z0-9_-]{30,200}$/);
      expect(isMadeFrom(reference, made)).toBe(true);
      expect(isMadeFrom(`${reference}x`, made)).toBe(false);
    }),
  );
});

it('takes each character from five bits of one random byte, so each is as likely as the others', () => {
  const counts = new Map<string, number>();
  for (let start = 0; start < 256; start += 26) {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      (bytes as unknown as Uint8Array).set(Array.from({ length: 26 }, (_, index) => start + index).filter((byte) => byte < 256));
      return bytes;
    });
    for (const character of makeReference().slice(4, 4 + Math.min(26, 256 - start))) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  expect(counts.size).toBe(32);
  expect(new Set(counts.values())).toEqual(new Set([8]));
});

it.each(['User/42', 'a b', 'YQ==', 'auth0|1', 'a@b.de', 'é', 'a\n', 'a'.repeat(170)])('refuses %j, which Stripe would drop', (reference) => {
  expect(() => makeReference(reference)).toThrow(expect.objectContaining({ problem: 'reference_invalid' }));
});

it('knows its own from others', () => {
  expect(isMadeFrom(undefined, makeReference())).toBe(true);
  expect(isMadeFrom('order', makeReference())).toBe(false);
  expect(isMadeFrom('', makeReference('order'))).toBe(false);
  expect(isMadeFrom('order', makeReference('order-1'))).toBe(false);
  expect(isMadeFrom('order', 'order')).toBe(false);
});
