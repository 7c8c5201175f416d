import { describe, expect, it } from 'vitest';
import { dayOf, DAYS, sumUp } from './sums.js';
import { payment } from './testing.js';

const NOW = Date.UTC(2026, 10, 29, 16) / 1000;
const at = (day: number, hour = 12) => Date.UTC(2026, 10, day, hour) / 1000;

describe('sums', () => {
  it('are by day in UTC and by status, over thirty days that end today', () => {
    const { sums: [eur] } = sumUp([payment(1, { created: at(29, 0) }), payment(2, { created: at(29, 15) }), payment(3, { created: at(28, 23), status: 'failed' }), payment(4, { created: Date.UTC(2026, 9, 30, 23, 59) / 1000 })], NOW);
    expect(eur.days.length).toBe(DAYS);
    expect([eur.days[0].day, eur.days[29].day]).toEqual(['2026-10-31', '2026-11-29']);
    expect(eur.days[29].parts).toEqual({ paid: { count: 2, amount: 3998 } });
    expect(eur.days[28].parts).toEqual({ failed: { count: 1, amount: 1999 } });
    expect(eur.total).toEqual({ paid: { count: 2, amount: 3998 }, failed: { count: 1, amount: 1999 } });
  });

  it('never add currencies together, nor test payments to live ones', () => {
    const { sums } = sumUp([payment(1, { created: NOW, livemode: false }), payment(2, { created: NOW, currency: 'usd' }), payment(3, { created: NOW }), payment(4, { created: NOW })], NOW);
    expect(sums.map(({ currency, livemode, total }) => [currency, livemode, total.paid])).toEqual([
      ['eur', true, { count: 2, amount: 3998 }],
      ['usd', true, { count: 1, amount: 1999 }],
      ['eur', false, { count: 1, amount: 1999 }],
    ]);
  });

  it('count what was given back as refunded, and no longer as paid', () => {
    const { sums: [eur] } = sumUp([payment(1, { created: NOW, amount_refunded: 500 }), payment(2, { created: NOW, status: 'refunded', amount_refunded: 1999 })], NOW);
    expect(eur.total).toEqual({ paid: { count: 1, amount: 1499 }, refunded: { count: 2, amount: 2499 } });
  });

  it('leave out what is not accepted or not known, and say so', () => {
    expect(sumUp([payment(1, { created: NOW, accepted: false }), payment(2, { created: NOW, amount_total: null }), payment(3, { created: at(1) - 9e6, accepted: false })], NOW)).toEqual({ sums: [], left: 2 });
  });

  it('know days by their names', () => {
    expect(dayOf(NOW)).toBe('2026-11-29');
  });
});
