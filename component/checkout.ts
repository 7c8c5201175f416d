import { SESSION_ID } from '../canister/contract.js';
import { CERTAIN, commons, elect, type Returned, type Tag } from './commons.js';
import { IcStripeErrorEvent, IcStripePaidEvent, IcStripeRedirectEvent, IcStripeStatusEvent } from './events.js';
import { canisterOrigin } from './gateway.js';
import { leave } from './leave.js';
import { announced, attempts, type Attempt } from './memory.js';
import { checkoutAddress } from './payment-link.js';
import { createPoller } from './poller.js';
import { REMEDIES, type ConfigurationError, type Problem } from './problems.js';
import { isMadeFrom, makeReference } from './reference.js';
import { isPlaceholder } from './return-address.js';
import { capture, cleanAddress, forget, pageAddress, remember } from './returned.js';
import { canPay, IDLE, isFinal, isSession, reduce, type Action, type AnyState, type Hearing, type State } from './state.js';

/** When a navigation that never happened (stopped, or refused in a dialog) gives the button back, in milliseconds. */
const LEAVING_TAKES = 20_000;

/** The element that a checkout works for: its attributes say what is paid, and it fires the events. */
export interface Host extends HTMLElement {
  readonly paymentLink?: string | undefined;
  readonly canisterId?: string | undefined;
  readonly gateway?: string | undefined;
  readonly reference?: string | undefined;
  requestUpdate(): void;
}

/** The life of one tag, apart from how it looks. */
export interface Checkout {
  readonly state: State;
  /** What the site builder must mend. */
  readonly problem: Problem | undefined;
  /** False while a payment that came back may yet turn out to be this tag's. */
  readonly isSettled: boolean;
  connect(): void;
  disconnect(): void;
  /** The attributes have changed; `isOther`: from something to something else. */
  change(isOther: boolean): void;
  pay(): boolean;
  retry(): void;
}

/** Brings together the state, the poller, the memory and the other tags. */
export function createCheckout(host: Host): Checkout {
  let state = IDLE;
  let problem: Problem | undefined;
  let returned: Returned | undefined;
  let hasBegun = false;
  let listeners: AbortController | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const poller = createPoller(hear);

  /** This tag as the other tags see it. */
  const tag: Tag = {
    element: host,
    fit(id) {
      const fitting = remembered();
      if (fitting.some(([, { session }]) => session === id)) return CERTAIN;
      // A guess: of the pending attempts, the last one made is the likeliest to come back.
      return fitting.find(([, { session }]) => !session)?.[1].created ?? 0;
    },
    take,
    release() {
      release();
      move({ type: 'reset' });
    },
  };

  const identity = (): string => [host.paymentLink, host.gateway, host.canisterId].join(' ');
  const remembered = (): ReturnType<typeof attempts.list> =>
    attempts.list().filter(([reference, attempt]) => attempt.tag === identity() && isMadeFrom(host.reference, reference));
  const sessionId = (): string => (isSession(state) ? state.id : '');

  function begin(): void {
    if (!host.isConnected) return;
    hasBegun = true;
    host.requestUpdate();
    if (state.kind === 'leaving') return;
    const href = pageAddress();
    const pending = remembered().map(([, { session: value = '' }]): Returned => ({ value, href, own: 'yes' }));
    for (const candidate of [commons.returned, returned, ...pending]) {
      if (!candidate?.value) continue;
      const winner = elect(candidate.value);
      winner?.take(candidate);
      if (winner === tag) return;
    }
    // While this tag was away another one took its payment over.
    if (!isFinal(state)) move({ type: 'reset' });
  }

  function take(payment: Returned, heard?: Hearing & { retry_after_ms?: number }): void {
    const { value } = payment;
    const owner = commons.owners.get(value);
    if (owner === tag) return;
    owner?.release();
    if (value !== sessionId()) release();
    else if (isFinal(state)) return;
    commons.owners.set(value, tag);
    commons.returned ??= payment;
    returned = payment;
    if (isPlaceholder(value)) return misconfigure('placeholder_unfilled', true);
    const isId = SESSION_ID.test(value);
    const isOwn = attempts.list().some(([, { session }]) => session === value);
    try {
      const url = `${canisterOrigin(host.gateway, host.canisterId)}/checkout/${value}`;
      if (move({ type: 'return', id: isId ? value : '', own: isOwn ? 'yes' : payment.own }) && !isId) report('session_id_invalid');
      if (heard) hear(heard);
      if (!isFinal(state)) poller.start(url, value, heard?.retry_after_ms);
    } catch (error) {
      misconfigure((error as ConfigurationError).problem, true);
    }
  }

  function hear(heard: Hearing): void {
    const id = sessionId();
    const reference = heard.payment?.client_reference_id ?? '';
    const attempt: Attempt | undefined = attempts.get(reference);
    if (attempt && attempt.session !== id) {
      attempts.put(reference, { ...attempt, session: id });
      // Now it is certain whose payment this is.
      const heir = elect(id);
      if (heir && returned && heir !== tag) return heir.take(returned, heard);
    }
    if (!move({ type: 'hear', id, own: attempt ? 'yes' : 'unknown', heard })) return;
    if (heard.status === 'not_found') report('session_not_found');
    if (heard.reason === 'misconfigured') report('canister_misconfigured');
  }

  /** Moves the state and tells the world; whether it moved at all. */
  function move(action: Action): boolean {
    const before = state;
    state = reduce(state, action);
    if (state === before) return false;
    problem = undefined;
    clearTimeout(leaving);
    host.requestUpdate();
    const { kind: status, id: session, own = 'unknown', payment, why: reason } = state as AnyState;
    const isEnd = isFinal(state);
    if (returned && status !== 'idle') {
      returned.own = own;
      // Where only the address could bring the payment back, it was left as it came until now.
      if (!remember(returned, isEnd) && isEnd) cleanAddress();
      if (isEnd && session) for (const [key, attempt] of attempts.list()) if (attempt.session === session) attempts.drop(key);
    }
    host.dispatchEvent(new IcStripeStatusEvent({ status, own, sessionId: session, payment, reason }));
    if (status === 'paid' && payment && session && returned && !returned.isAnnounced && !announced.get(session)) {
      returned.isAnnounced = true;
      announced.put(session, { own });
      host.dispatchEvent(new IcStripePaidEvent({ own, sessionId: session, payment }));
    }
    return true;
  }

  function misconfigure(code: Problem, isReturn: boolean): void {
    if (move({ type: 'misconfigure', problem: code, isReturn })) report(code);
  }

  function report(code: Problem): void {
    problem = code;
    const message = REMEDIES[code];
    const { own = 'unknown' } = state as AnyState;
    if (host.dispatchEvent(new IcStripeErrorEvent({ code, message, own }))) {
      console.error(`<ic-stripe-pay> ${code}: ${message}`);
    }
  }

  function release(): void {
    poller.stop();
    for (const [id, owner] of commons.owners) if (owner === tag) commons.owners.delete(id);
  }

  function startAnew(): void {
    if (returned) forget(returned);
    returned = undefined;
    tag.release();
  }

  /** Gives the button back to a shopper who has not left, or has come back. */
  function stay(): void {
    if (state.kind === 'leaving') move({ type: 'reset' });
  }

  return {
    get state() {
      return state;
    },
    get problem() {
      return problem;
    },
    get isSettled() {
      return hasBegun || !commons.returned;
    },

    connect() {
      commons.tags.add(tag);
      capture();
      listeners = new AbortController();
      const options = { signal: listeners.signal };
      addEventListener('online', poller.wake, options);
      document.addEventListener('visibilitychange', poller.wake, options);
      // Back from Stripe's page, which has no other way out: the button must work again.
      addEventListener('pageshow', ({ persisted }) => persisted && stay(), options);
      // A task later all the tags that a parser or a framework adds now are there to choose from.
      setTimeout(begin);
    },

    disconnect() {
      listeners?.abort();
      release();
      commons.tags.delete(tag);
      // The shopper has seen the end and gone to another page of a single-page shop: there the tag starts anew.
      // A task later, for a router may change the address only after it has removed the page.
      setTimeout(() => {
        if (!host.isConnected && isFinal(state) && pageAddress() !== returned?.href) startAnew();
      });
    },

    change(isOther) {
      if (!hasBegun || state.kind === 'leaving') return;
      // Another payment now; one that is under way is not lost for it.
      if (isOther && sessionId() && isFinal(state)) startAnew();
      else if (isOther || !sessionId()) tag.release();
      setTimeout(begin);
    },

    pay() {
      if (!canPay(state)) return false;
      try {
        const reference = makeReference(host.reference);
        const url = checkoutAddress(host.paymentLink, reference);
        canisterOrigin(host.gateway, host.canisterId);
        // Before the event: a page that cancels it may open the address in its own way.
        attempts.put(reference, { tag: identity() });
        if (!host.dispatchEvent(new IcStripeRedirectEvent({ own: 'yes', url, reference }))) return false;
        // What was shown is over: Back must not bring it up again.
        startAnew();
        const how = leave(url);
        move({ type: 'leave', url, how });
        if (how === 'here') leaving = setTimeout(stay, LEAVING_TAKES);
        return how !== 'blocked';
      } catch (error) {
        misconfigure((error as ConfigurationError).problem, false);
        return false;
      }
    },

    retry() {
      hear({ status: 'checking' });
      poller.hurry();
    },
  };
}
