import { expect, it } from 'vitest';
import { concernsOf } from './attention.js';
import { LETTER, payment } from './testing.js';

it('what needs the merchant is found, the most urgent first, and nothing else', () => {
  const unsettled = payment(1, { status: 'processing', reason: 'unsettled' });
  const disputed = payment(2, { disputed: true });
  const twice = [payment(3, { duplicate: true, client_reference_id: 'a' }), payment(4, { duplicate: true, client_reference_id: 'a' })];
  const concerns = concernsOf([unsettled, disputed, ...twice, payment(6), payment(7, { status: 'processing' })], [LETTER]);
  expect(concerns).toEqual([
    { kind: 'dispute', payment: disputed },
    { kind: 'undelivered', letter: LETTER },
    { kind: 'duplicate', reference: 'a', payments: twice },
    { kind: 'unsettled', payment: unsettled },
  ]);
  expect(concernsOf([payment(1)], [])).toEqual([]);
});
