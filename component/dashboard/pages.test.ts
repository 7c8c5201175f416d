import { describe, expect, it } from 'vitest';
import { PaymentPages, walk } from './pages.js';
import { FakeBackend, payment } from './testing.js';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => payment(from + index));
const sequences = (pages: PaymentPages) => pages.rows.map(({ sequence }) => sequence);

describe('a walk', () => {
  it('gives everything once, the newest first', async () => {
    const all: number[] = [];
    for await (const { payments } of walk(new FakeBackend(range(1, 250)))) all.push(...payments.map(({ sequence }) => sequence));
    expect(all).toEqual(range(1, 250).map(({ sequence }) => sequence).reverse());
  });

  it('ends where a canister does not go forward', async () => {
    let calls = 0;
    const stuck = { listPayments: () => Promise.resolve({ payments: [], next: 5 + Number(calls++ < -1) }) };
    for await (const { next } of walk(stuck)) expect(next).toBe(5);
    expect(calls).toBe(2);
  });
});

describe('pages', () => {
  it('grow at the end', async () => {
    const pages = new PaymentPages(new FakeBackend(range(1, 60)), {}, 25);
    await pages.load();
    expect([sequences(pages).length, pages.next]).toEqual([25, 36]);
    await pages.more();
    await pages.more();
    expect([sequences(pages).length, pages.next]).toEqual([60, null]);
    await pages.more();
    expect(sequences(pages).length).toBe(60);
  });

  it('go past empty pages, but not for ever', async () => {
    const backend = new FakeBackend([payment(1, { status: 'failed' }), ...range(2, 500)]);
    backend.looksAt = 20;
    const pages = new PaymentPages(backend, { status: 'failed' });
    await pages.load();
    expect([sequences(pages), pages.isFruitless, backend.calls.length]).toEqual([[], true, 10]);
    await pages.more();
    expect(pages.isFruitless).toBe(true);
    await pages.more();
    expect([sequences(pages), pages.isFruitless, pages.next]).toEqual([[1], false, null]);
  });

  it('grow at the beginning, and change', async () => {
    const backend = new FakeBackend(range(1, 60));
    const pages = new PaymentPages(backend, {}, 25);
    await pages.load();
    backend.payments.push(payment(61), payment(62));
    backend.payments[58] = payment(59, { status: 'refunded' });
    expect((await pages.refresh()).map(({ sequence }) => sequence)).toEqual([62, 61]);
    expect(sequences(pages).slice(0, 3)).toEqual([62, 61, 60]);
    expect(pages.rows[3].status).toBe('refunded');
    expect(await pages.refresh()).toEqual([]);
    expect([sequences(pages).length, pages.next]).toEqual([27, 36]);
  });

  it('are all read anew once the canister is not as it was, and only then', async () => {
    const backend = new FakeBackend(range(1, 300));
    const pages = new PaymentPages(backend, {}, 25);
    await pages.load();
    for (let page = 1; page < 8; page++) await pages.more();
    await pages.refresh('a');
    backend.payments[139] = payment(140, { disputed: true });
    backend.calls.length = 0;
    await pages.refresh('a');
    expect([backend.calls.length, pages.rows.find(({ sequence }) => sequence === 140)?.disputed]).toEqual([1, false]);
    expect(await pages.refresh('b')).toEqual([]);
    expect([backend.calls.length, pages.rows.find(({ sequence }) => sequence === 140)?.disputed]).toEqual([3, true]);
    expect([sequences(pages), pages.next]).toEqual([range(101, 300).map(({ sequence }) => sequence).reverse(), 101]);
  });

  it('let go what does not fit the filter any more', async () => {
    const backend = new FakeBackend(range(1, 60).map((each, index) => ({ ...each, status: index % 2 ? 'paid' : 'processing' })));
    const pages = new PaymentPages(backend, { status: 'processing' }, 10);
    await pages.load();
    await pages.more();
    const { next } = pages;
    for (const index of [30, 58]) backend.payments[index] = { ...backend.payments[index], status: 'paid' };
    await pages.refresh('later');
    expect(sequences(pages)).toEqual(range(21, 57).map(({ sequence }) => sequence).filter((sequence) => sequence % 2 === 1 && sequence !== 31).reverse());
    expect(pages.next).toBe(next);
  });

  it('do one thing after the other', async () => {
    const backend = new FakeBackend(range(1, 60));
    const pages = new PaymentPages(backend, {}, 10);
    await Promise.all([pages.load(), pages.more(), pages.refresh(), pages.more()]);
    expect([sequences(pages), pages.next]).toEqual([range(31, 60).map(({ sequence }) => sequence).reverse(), 31]);
  });

  it('never have a gap: where too much is new they begin anew', async () => {
    const backend = new FakeBackend(range(1, 60));
    const pages = new PaymentPages(backend, {}, 10);
    await pages.load();
    backend.payments.push(...range(61, 95));
    await pages.refresh();
    expect(sequences(pages)).toEqual(range(51, 95).map(({ sequence }) => sequence).reverse());
    backend.payments.push(...range(96, 200));
    await pages.refresh();
    expect([sequences(pages).length, pages.next]).toEqual([40, 161]);
    await pages.more();
    expect(sequences(pages)).toEqual(range(151, 200).map(({ sequence }) => sequence).reverse());
  });

  it('lose nothing where a page in between fails', async () => {
    const backend = new FakeBackend(range(1, 300));
    const pages = new PaymentPages(backend, {}, 10);
    let calls = 0;
    backend.listPayments = (argument) => (calls++ === 1 ? Promise.reject(new Error('down')) : FakeBackend.prototype.listPayments.call(backend, argument));
    await expect(pages.refresh()).rejects.toThrow('down');
    await pages.refresh();
    expect(sequences(pages).length).toBe(300);
  });

  it('keep their place in an empty result', async () => {
    const backend = new FakeBackend(range(1, 900));
    backend.looksAt = 20;
    const pages = new PaymentPages(backend, { status: 'failed' });
    await pages.load();
    const { next } = pages;
    await pages.refresh();
    expect([pages.next, pages.isFruitless]).toEqual([next, true]);
  });
});
