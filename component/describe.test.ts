import { expect, it } from 'vitest';
import { STATUSES, type Payment } from '../canister/contract.js';
import { describe as say } from './describe.js';
import { en } from './messages.js';
import { IDLE, type State } from './state.js';

const payment: Payment = {
  id: 'cs_test_a',
  client_reference_id: 'order-42-isp1abcdefghijklmnopqrstuvwxyz',
  payment_link: null,
  mode: 'payment',
  payment_status: 'paid',
  amount_total: 80,
  currency: 'jpy',
  amount_refunded: 0,
  created: 0,
  livemode: false,
};
const session = (kind: string, fields: object = {}) =>
  ({ kind, id: 'cs_test_a', own: 'unknown', isHidden: false, payment, why: undefined, ...fields }) as State;
const STATES: State[] = [
  ...STATUSES.map((status) => session(status === 'checking' ? 'confirming' : status)),
  session('processing', { why: 'unsettled' }),
  ...['offline', 'unreachable', 'busy', 'stopped', 'misconfigured', 'rate_limited'].map((why) => session('unavailable', { why })),
  ...(['here', 'tab', 'blocked'] as const).map((how): State => ({ kind: 'leaving', own: 'yes', url: 'u', reference: 'r', how })),
  ...[true, false].map((isReturn): State => ({ kind: 'misconfigured', problem: 'gateway_invalid', isReturn })),
];

it('says nothing while idle', () => {
  expect(say(IDLE, en)).toBeUndefined();
});

it.each(STATES.map((state) => [state.kind, ('why' in state && state.why) || ('how' in state && state.how) || '', state] as const))(
  'has words for %s %s, and never the reference',
  (_kind, _why, state) => {
    const { title, lines } = say(state, en)!;
    const text = `${title} ${lines.detail ?? ''} ${lines.reference ?? ''}`;
    expect(title).toMatch(/\w/);
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    expect(text).not.toContain('tuvwxyz');
  },
);

it('tells who may have paid not to pay again, whenever it cannot tell', () => {
  for (const state of STATES) {
    if (/^(unavailable|not_found|processing)$/.test(state.kind) || ('isReturn' in state && state.isReturn)) {
      expect(say(state, en)!.lines.detail).toMatch(/do not pay again|no need to pay again/);
    }
  }
});

it('offers to try again to the one whose payment it is, and to nobody else', () => {
  for (const kind of ['open', 'failed', 'expired']) {
    expect(say(session(kind, { own: 'yes' }), en)!.lines.detail).toContain('try again');
    expect(say(session(kind), en)!.lines.detail).not.toContain('again');
  }
});

it('offers to check again when it has given up, and not when it cannot', () => {
  expect(say(session('unavailable', { why: 'stopped' }), en)!.offers.includes('retry')).toBe(true);
  expect(say(session('open', { why: 'stopped' }), en)!.offers.includes('retry')).toBe(true);
  expect(say(session('unavailable', { why: 'offline' }), en)!.offers.includes('retry')).toBe(false);
  expect(say(session('paid'), en)!.offers.includes('retry')).toBe(false);
});

it('shows what the shopper saw, what was given back, and the end of the reference', () => {
  const paid = say(session('paid', { payment: { ...payment, presentment: { amount: 1999, currency: 'usd' }, amount_refunded: 30 } }), en, 'en')!;
  expect(paid.amount).toBe('$19.99');
  expect(paid.lines).toEqual({ refunded: '\u2068¥30\u2069 refunded', detail: en.elsewhere, reference: 'Reference \u2068…\u2060uvwxyz\u2069' });
  expect(say(session('paid'), en, 'en')!.amount).toBe('¥80');
});

it('does without an amount, a currency or a reference', () => {
  for (const less of [{ amount_total: null }, { currency: null }, { client_reference_id: null }]) {
    const { amount, lines } = say(session('paid', { payment: { ...payment, ...less } }), en, 'en')!;
    expect([amount, lines.reference]).toEqual(
      'client_reference_id' in less ? ['¥80', undefined] : [undefined, 'Reference \u2068…\u2060uvwxyz\u2069'],
    );
  }
  expect(say(session('paid', { payment: { ...payment, amount_total: 0 } }), en, 'en')!.amount).toBe('¥0');
});
