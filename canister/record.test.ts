import { describe, expect, it } from 'vitest';
import { movesForward, nextLookupIn, readRecord, writeRecord, type StoredPayment } from './record.js';
import type { Status } from './contract.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const stored: StoredPayment = { status: 'processing', due: 4_000_000_000, termsGeneration: 7, answer: bytes('{"status":"processing"}'), private: bytes('{"payment_intent":null}') };

describe('a record', () => {
  it('is read back as it was written', () => {
    expect(readRecord(writeRecord(stored))).toEqual(stored);
    expect(readRecord(writeRecord({ ...stored, status: 'paid', due: undefined }))).toMatchObject({ status: 'paid', due: undefined });
  });

  it('is read at any place in a larger buffer', () => {
    const record = writeRecord(stored);
    const buffer = new Uint8Array(record.length + 10);
    buffer.set(record, 5);
    expect(readRecord(buffer.subarray(5, 5 + record.length))).toEqual(stored);
  });

  it('keeps the layout of version 1, which is in the stable memory of canisters out there', () => {
    const record = writeRecord({ status: 'paid', due: undefined, termsGeneration: 258, answer: bytes('{}'), private: bytes('[]') });
    expect([...record]).toEqual([1, 3, 0xff, 0xff, 0xff, 0xff, 1, 2, 0, 2, ...bytes('[]{}')]);
    const codes = (['open', 'processing', 'paid', 'failed', 'expired', 'refunded'] as const).map((status) => writeRecord({ ...stored, status })[1]);
    expect(codes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('that is absent is none, and one of the future is an error', () => {
    expect(readRecord(undefined)).toBeUndefined();
    expect(readRecord(null)).toBeUndefined();
    expect(() => readRecord(Uint8Array.of(2, 0))).toThrow('version 2');
    expect(() => readRecord(writeRecord(stored).with(1, 9))).toThrow('status 9');
  });
});

describe('states only move forward', () => {
  it.each<[Status, Status, boolean]>([
    ['open', 'open', true],
    ['open', 'processing', true],
    ['open', 'expired', true],
    ['open', 'paid', true],
    ['processing', 'paid', true],
    ['processing', 'failed', true],
    ['failed', 'paid', true], // a lookup says otherwise
    ['paid', 'refunded', true],
    ['processing', 'open', false],
    ['paid', 'open', false],
    ['paid', 'processing', false],
    ['paid', 'expired', false],
    ['paid', 'failed', false],
    ['refunded', 'paid', false],
    ['expired', 'open', false],
    ['open', 'checking', false],
    ['paid', 'not_found', false],
    ['paid', 'unavailable', false],
  ])('%s → %s: %s', (known, next, expected) => {
    expect(movesForward(known, next)).toBe(expected);
  });
});

describe('when to look again', () => {
  const day = 24 * 3600;
  it.each([
    ['open', undefined, 0, 3],
    ['open', undefined, 3600, 180],
    ['open', undefined, day, 600],
    ['processing', undefined, 0, 60],
    ['processing', undefined, day, 4320],
    ['processing', undefined, 14 * day, 6 * 3600],
    ['processing', 'unsettled', 22 * day, day],
    ['paid', undefined, 0, undefined],
    ['failed', undefined, 0, undefined],
    ['expired', undefined, 0, undefined],
  ] as const)('%s (%s) at the age of %i s: %s s', (status, reason, age, wait) => {
    expect(nextLookupIn({ status, reason }, age)).toBe(wait);
  });
});
