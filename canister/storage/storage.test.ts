import { describe, expect, it } from 'vitest';
import { Counters } from './counters.js';
import { InMemory } from './key-value.js';
import { readRecord, writeRecord, type StoredPayment } from './payment-record.js';
import { SeenEvents } from './seen-events.js';

const NOW = 1_800_000_000;
const DAY = 86_400;
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a record', () => {
  const stored: StoredPayment & { sequence: number } = {
    status: 'processing', due: 4_000_000_000, termsGeneration: 7, sequence: 70_000, disputed: true, queued: false, answer: bytes('{"status":"processing"}'), private: bytes('{"payment_intent":null}'),
  };

  it('is read back as it was written, at any place in a larger buffer', () => {
    for (const payment of [stored, { ...stored, status: 'paid' as const, due: undefined, disputed: false, queued: true }]) {
      const record = writeRecord(payment);
      const buffer = new Uint8Array(record.length + 10);
      buffer.set(record, 5);
      expect(readRecord(buffer.subarray(5, 5 + record.length))).toEqual(payment);
    }
  });

  it('keeps its layout, which is in the stable memory of canisters out there', () => {
    const record = writeRecord({ status: 'paid', due: undefined, termsGeneration: 258, sequence: 66_051, disputed: true, queued: true, answer: bytes('{}'), private: bytes('[]') });
    expect([...record]).toEqual([2, 3, 0xff, 0xff, 0xff, 0xff, 1, 2, 0, 1, 2, 3, 3, 0, 2, ...bytes('[]{}')]);
    const codes = (['open', 'processing', 'paid', 'failed', 'expired', 'refunded'] as const).map((status) => writeRecord({ ...stored, status })[1]);
    expect(codes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of version 1 is read too', () => {
    const old = Uint8Array.from([1, 3, 0xff, 0xff, 0xff, 0xff, 1, 2, 0, 2, ...bytes('[]{}')]);
    expect(readRecord(old)).toEqual({ status: 'paid', due: undefined, termsGeneration: 258, sequence: undefined, disputed: false, queued: false, private: bytes('[]'), answer: bytes('{}') });
  });

  it('that is absent is none, and one of the future is an error', () => {
    expect(readRecord(undefined)).toBeUndefined();
    expect(readRecord(null)).toBeUndefined();
    expect(() => readRecord(Uint8Array.of(3, 0))).toThrow('version 3');
    expect(() => readRecord(writeRecord(stored).with(1, 9))).toThrow('status 9');
  });
});

describe('events', () => {
  it('are known until Stripe sends them no more, and then forgotten', () => {
    const store = new InMemory();
    const seen = new SeenEvents(store, new Counters(store));
    seen.add('evt_1', NOW);
    expect([seen.has('evt_1'), seen.has('evt_2')]).toEqual([true, false]);
    seen.add('evt_2', NOW + 4 * DAY);
    expect(seen.has('evt_1')).toBe(true);
    seen.add('evt_3', NOW + 5 * DAY);
    expect([seen.has('evt_1'), seen.has('evt_2'), seen.has('evt_3')]).toEqual([false, true, true]);
  });

  it('take up no more room than five days of them', () => {
    const store = new InMemory();
    const seen = new SeenEvents(store, new Counters(store));
    for (let hour = 0; hour < 1_000; hour += 1) seen.add(`evt_${hour}`, NOW + hour * 3_600);
    expect(store.keys().length).toBe(2 * 120);
  });
});

it('counters of the future are an error', () => {
  const store = new InMemory();
  store.setText('c', '{"version":2}');
  expect(() => new Counters(store)).toThrow('version 2');
});
