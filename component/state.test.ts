import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STATUSES, type Payment } from '../canister/contract.js';
import { canPay, IDLE, isFinal, reduce, type Action, type Hearing, type Own, type State } from './state.js';

const ID = 'cs_test_a';
const payment = { id: ID } as Payment;
const hear = (heard: Hearing, own: Own = 'unknown', id = ID): Action => ({ type: 'hear', id, own, heard });
const back = (own: Own = 'unknown'): Action => ({ type: 'return', id: ID, own, isHidden: false });
const run = (...actions: Action[]) => actions.reduce(reduce, IDLE);

it('leaves, and comes back with nothing', () => {
  const leaving = run({ type: 'leave', url: 'u', reference: 'r', how: 'here' });
  expect(leaving).toEqual({ kind: 'leaving', own: 'yes', url: 'u', reference: 'r', how: 'here' });
  expect(canPay(leaving)).toBe(false);
  expect(reduce(leaving, { type: 'leave', url: 'v', reference: 'r', how: 'tab' })).toBe(leaving);
  expect(reduce(leaving, { type: 'reset' })).toBe(IDLE);
});

it.each(STATUSES)('says what it hears: %s', (status) => {
  const state = run(back(), hear({ status, payment }));
  expect(state).toEqual({ kind: status === 'checking' ? 'confirming' : status, id: ID, own: 'unknown', isHidden: false, payment, why: undefined });
});

it('keeps what it knows of a payment when less is said of it', () => {
  expect(run(back(), hear({ status: 'open', payment }, 'yes'), hear({ status: 'unavailable', reason: 'busy' }))).toEqual({
    kind: 'unavailable',
    id: ID,
    own: 'yes',
    isHidden: false,
    payment,
    why: 'busy',
  });
});

it.each(['checking', 'unavailable', 'open', 'not_found'] as const)('does not unlearn a payment on its way for %s', (status) => {
  const processing = run(back(), hear({ status: 'processing', payment }));
  expect(reduce(processing, hear({ status }))).toBe(processing);
});

it.each(['paid', 'refunded', 'failed', 'expired'] as const)('learns that a payment on its way is %s', (status) => {
  expect(run(back(), hear({ status: 'processing', payment }), hear({ status, payment })).kind).toBe(status);
});

it('invites nobody to pay again once it cannot tell any more whether a payment is open', () => {
  const open = run(back('yes'), hear({ status: 'open', payment }, 'yes'));
  expect(canPay(open)).toBe(true);
  expect(canPay(reduce(open, hear({ status: 'unavailable', reason: 'unreachable' })))).toBe(false);
});

it('is a dead end where the address holds no id', () => {
  const state = run({ type: 'return', id: '', own: 'unknown', isHidden: false });
  expect(state.kind).toBe('not_found');
  expect(isFinal(state)).toBe(true);
});

it('takes no answer about another session, and none when there is no session', () => {
  const state = run(back());
  expect(reduce(state, hear({ status: 'paid', payment }, 'yes', 'cs_test_b'))).toBe(state);
  expect(reduce(IDLE, hear({ status: 'paid', payment }))).toBe(IDLE);
});

it('is the same object when it says the same', () => {
  for (const action of [back(), hear({ status: 'open', payment })]) {
    const state = run(back(), action);
    expect(reduce(state, structuredClone(action))).toBe(state);
  }
});

describe('whatever happens', () => {
  const why = fc.constantFrom('busy', 'misconfigured', 'offline', 'stopped', 'unsettled', undefined);
  const own = fc.constantFrom<Own>('yes', 'unknown');
  const hearing = fc.tuple(fc.constantFrom(...STATUSES), why).map(([status, reason]): Hearing => ({ status, payment, ...(reason && { reason }) }));
  const hearings = fc.array(fc.tuple(hearing, own).map(([heard, whose]) => hear(heard, whose)));

  it('the end is the end', () => {
    fc.assert(
      fc.property(hearings, hearings, (before, after) => {
        const state = run(back(), ...before);
        if (isFinal(state)) expect(after.reduce(reduce, state)).toBe(state);
      }),
    );
  });

  it('own is never unlearnt, and never learnt without being told', () => {
    fc.assert(
      fc.property(hearings, (actions) => {
        let state: State = run(back());
        for (const action of actions) {
          const next = reduce(state, action);
          if ('own' in state && state.own === 'yes') expect(next).toHaveProperty('own', 'yes');
          if (!actions.some((each) => each.type === 'hear' && each.own === 'yes')) expect(next).toHaveProperty('own', 'unknown');
          state = next;
        }
      }),
    );
  });

  it('nobody is invited to pay while a payment may exist, nor after one that is not theirs', () => {
    fc.assert(
      fc.property(hearings, (actions) => {
        const state = run(back(), ...actions);
        if (canPay(state)) expect([state.kind, 'own' in state && state.own]).toEqual([expect.stringMatching(/^(open|failed|expired)$/), 'yes']);
      }),
    );
  });
});
