import type { Payment, Reason, Status } from '../canister/contract.js';
import type { Left } from './leave.js';
import type { Problem } from './problems.js';

/** Whether this browser started the payment; `unknown` when it cannot be told. */
export type Own = 'yes' | 'unknown';

/**
 * Why nothing can be told, or why it takes so long: the canister's reason, or what the browser met;
 * `stopped` when the element has given up asking by itself.
 */
export type Why = Reason | 'offline' | 'unreachable' | 'stopped';

/** What is known of one Checkout Session. */
export interface SessionState {
  /** `confirming` until something is known; then as the canister says. */
  kind: 'confirming' | Exclude<Status, 'checking'>;
  /** The session's, or the reference while nothing more is known; empty where the address brought back neither. */
  id: string;
  own: Own;
  /**
   * Whether amount and reference wait for a click: nobody has just come back from Stripe with it, and on a shared computer
   * it may be somebody else who looks.
   */
  isHidden: boolean;
  payment?: Payment | undefined;
  why?: Why | undefined;
}

/** All that an element can be. */
export type State =
  | { kind: 'idle' }
  | { kind: 'leaving'; own: 'yes'; url: string; reference: string; how: Left }
  /** `isReturn`: noticed when the shopper came back, who may have paid. */
  | { kind: 'misconfigured'; problem: Problem; isReturn: boolean }
  | SessionState;

/** A state of whatever kind, with all that any of them has. */
export type AnyState = { kind: State['kind'] } & Partial<
  Omit<SessionState, 'kind'> & { how: Left; isReturn: boolean; reference: string }
>;

/** What was heard of a session: an answer of the canister, or what the lookup met instead. */
export interface Hearing {
  status: Status;
  reason?: Why;
  payment?: Payment;
}

/** All that can happen to an element. */
export type Action =
  | { type: 'leave'; url: string; reference: string; how: Left }
  /** The shopper is back without having paid, or the tag stands for another payment now. */
  | { type: 'reset' }
  | { type: 'misconfigure'; problem: Problem; isReturn: boolean }
  /** A payment came back, or is remembered. */
  | { type: 'return'; id: string; own: Own; isHidden: boolean }
  /** The shopper wants to see what is hidden. */
  | { type: 'show' }
  | { type: 'hear'; id: string; own: Own; heard: Hearing };

export const IDLE: State = { kind: 'idle' };

/** The next state; the same object when nothing changes. */
export function reduce(state: State, action: Action): State {
  const next = move(state, action);
  return JSON.stringify(next) === JSON.stringify(state) ? state : next;
}

function move(state: State, action: Action): State {
  switch (action.type) {
    case 'leave':
      return canPay(state) ? { kind: 'leaving', own: 'yes', ...fieldsOf(action) } : state;
    case 'reset':
      return IDLE;
    case 'misconfigure':
      return { kind: 'misconfigured', ...fieldsOf(action) };
    case 'return':
      return { kind: action.id ? 'confirming' : 'not_found', ...fieldsOf(action) };
    case 'show':
      return isSession(state) ? { ...state, isHidden: false } : state;
    case 'hear': {
      const { status, reason: why, payment } = action.heard;
      // An answer about another session comes late: the element has moved on.
      if (!isSession(state) || state.id !== action.id || isFinal(state)) return state;
      // States only move forward: a payment on its way is not unlearnt because one lookup fails.
      if (state.kind === 'processing' && !/processing|paid|refunded|failed|expired/.test(status)) return state;
      return {
        ...state,
        kind: status === 'checking' ? 'confirming' : status,
        own: state.own === 'yes' ? 'yes' : action.own,
        payment: payment ?? state.payment,
        why,
      };
    }
  }
}

// eslint-disable-next-line @typescript-eslint/no-unused-vars -- what is left out
function fieldsOf<A extends Action>({ type, ...fields }: A): Omit<A, 'type'> {
  return fields;
}

export function isSession(state: State): state is SessionState {
  return 'id' in state;
}

/** Whether the element asks no more about this state, and a new visit may forget it. */
export function isFinal({ kind }: State): boolean {
  return /paid|refunded|failed|expired|not_found|misconfigured/.test(kind);
}

/** Whether a shopper may set out to pay: never while a payment may exist, nor after one of somebody else's. */
export function canPay(state: State): boolean {
  return state.kind === 'idle' || (isSession(state) && state.own === 'yes' && /open|failed|expired/.test(state.kind));
}
