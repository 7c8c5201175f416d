import { SESSION_ID } from '../canister/contract.js';
import { commons, elect, type Returned, type Tag } from './commons.js';
import { IcStripeErrorEvent, IcStripePaidEvent, IcStripeRedirectEvent, IcStripeReturnEvent, IcStripeStatusEvent } from './events.js';
import { canisterOrigin } from './gateway.js';
import { leave } from './leave.js';
import { announced, attempts, SESSION_LIVES, type Attempt } from './memory.js';
import type { Options } from './options.js';
import { checkoutAddress } from './payment-link.js';
import { createPoller } from './poller.js';
import type { ConfigurationError, Problem } from './problems.js';
import { fit, identityOf, isMine, remembered } from './recollection.js';
import { makeReference } from './reference.js';
import { isPlaceholder } from './return-address.js';
import { capture, cleanAddress, forget, pageAddress, remember, visitType } from './returned.js';
import { canPay, IDLE, isFinal, isSession, reduce, type Action, type AnyState, type Hearing, type State } from './state.js';
import type * as SignIn from './sign-in/index.js';
import { openTabs, type News, type Tabs } from './tabs.js';

/** When a navigation that never happened (stopped, or refused in a dialog) gives the button back, in milliseconds. */
const LEAVING_TAKES = 20_000;

/** How many attempts that never came back are asked about, the last ones made. */
const MOST_SOUGHT = 3;

/** Whom a checkout works for. */
export interface Host {
  readonly options: Options;
  /** Where it stands in the document, if anywhere. */
  readonly element?: Element;
  /** Fires an event; false where somebody has cancelled it. */
  emit(event: Event): boolean;
  /** What is to be drawn has changed. */
  readonly update: () => void;
}

/** The life of one tag, apart from how it looks. */
export interface Checkout {
  readonly state: State;
  /** How the site builder is to mend what is wrong. */
  readonly remedy: string | undefined;
  /** Whether the page says itself what the state is: it has cancelled the event. */
  readonly isQuiet: boolean;
  /** Whether paying may be offered. */
  readonly isOffering: boolean;
  connect(): void;
  disconnect(): void;
  /** The options have changed; `isOther`: from something to something else. */
  change(isOther: boolean): void;
  /** `issued`: the reference, where one was issued to a shopper who has signed in. */
  pay(issued?: string): boolean;
  check(): void;
  show(): void;
  reset(): void;
}

/** Brings together the state, the pollers, the memory, the other tags and the other tabs. */
export function createCheckout(host: Host): Checkout {
  let state = IDLE;
  let remedy: string | undefined;
  let isQuiet = false;
  let returned: Returned | undefined;
  let isConnected = false;
  let hasBegun = false;
  let listeners: AbortController | undefined;
  let tabs: Tabs | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  /** References that nothing is known of yet. */
  const unknown = new Set<string>();

  const poller = createPoller((heard) => (isId(sessionId()) ? hear(heard) : hearByReference(heard)));

  /** This tag as the other tags see it. */
  const tag: Tag = {
    element: host.element,
    get identity() {
      return `${identityOf(host.options)} ${host.options.reference ?? ''}`;
    },
    get isBusy() {
      return state.kind === 'leaving' || (isSession(state) && !canPay(state));
    },
    fit: (id) => fit(host.options, id),
    take,
    release() {
      release();
      move({ type: 'reset' });
    },
    update: host.update,
  };

  const found = (value: string, isHidden: boolean): Returned => ({ value, href: pageAddress(), own: 'yes', isHidden, isKnown: true });
  const isId = (value: string): boolean => SESSION_ID.test(value);
  const sessionId = (): string => (isSession(state) ? state.id : '');
  const isTwin = (other: Tag): boolean => other !== tag && other.identity === tag.identity;

  /** Which may hold a payment under a name that only this tag knows. */
  function readAddress(): void {
    const { sessionParam } = host.options;
    if (sessionParam) commons.names.add(sessionParam);
    capture();
  }

  /** Chooses what this tag stands for: a payment that came back, one that may have been made, or a new one. */
  function begin(): void {
    if (!isConnected) return;
    readAddress();
    hasBegun = true;
    host.update();
    // Now, for a click opens the window of those who sign in only if it need not wait. The click tells what went wrong.
    void signIn()?.catch(String);
    if (state.kind === 'leaving') return;
    const pending = remembered(host.options)
      .map(([reference, { session = reference }]) => session)
      .filter((value) => isId(value) || mayBeSought(value))
      .map((value) => found(value, true));
    for (const candidate of [commons.returned, returned, ...pending]) {
      if (!candidate?.value) continue;
      const winner = elect(candidate.value);
      winner?.take(candidate);
      if (winner === tag) return;
    }
    // While this tag was away another one took its payment over.
    if (!isFinal(state)) move({ type: 'reset' });
  }

  /** One payment at a time is enough. And who uses the Back button has left Stripe's page without paying. */
  function mayBeSought(reference: string): boolean {
    return !unknown.has(reference) && unknown.size < MOST_SOUGHT && !commons.returned && visitType() !== 'back_forward';
  }

  function take(payment: Returned, heard?: Hearing & { retry_after_ms?: number }): void {
    const { value, isHidden } = payment;
    const owner = commons.owners.get(value);
    if (owner === tag) return;
    owner?.release();
    if (value !== sessionId()) release();
    else if (isFinal(state)) return;
    commons.owners.set(value, tag);
    commons.returned ??= payment;
    returned = payment;
    if (isPlaceholder(value)) return misconfigure('placeholder_unfilled', true);
    if (!payment.isKnown) {
      payment.isKnown = true;
      payment.isTheirs = !host.emit(new IcStripeReturnEvent({ own: payment.own, sessionId: value }));
    }
    if (payment.isTheirs) {
      // A reload is to show nothing of it, either; but it keeps others from being looked for.
      forget(payment);
      commons.returned = payment;
      return tag.release();
    }
    const isOwn = attempts.list().some(([, { session }]) => session === value);
    const isAsked = isId(value) || attempts.get(value);
    if (move({ type: 'return', id: isAsked ? value : '', own: isOwn ? 'yes' : payment.own, isHidden }) && !isAsked) void report('session_id_invalid');
    if (heard) hear(heard);
    if (!isFinal(state)) ask(value, heard?.retry_after_ms);
  }

  /** Asks the canister about a session, or about a reference while no session of it is known. */
  function ask(value: string, least?: number): void {
    try {
      poller.start(
        `${canister()}/${isId(value) ? 'checkout' : 'reference'}/${value}`,
        ({ id, client_reference_id }) => value === id || value === client_reference_id,
        least,
      );
    } catch (error) {
      misconfigure((error as ConfigurationError).problem, true);
    }
  }

  /** What the canister says of a session. */
  function hear(heard: Hearing): void {
    const { status, payment } = heard;
    const reference = payment?.client_reference_id ?? '';
    const attempt: Attempt | undefined = attempts.get(reference);
    const id = sessionId();
    if (reference && !(state as AnyState).payment) tabs?.tell({ reference, session: id, tag: attempt?.tag });
    if (attempt && attempt.session !== id) {
      attempts.put(reference, { ...attempt, session: id });
      // Now it is certain whose payment this is.
      const heir = elect(id);
      if (heir && returned && heir !== tag) return heir.take(returned, heard);
    }
    if (!move({ type: 'hear', id, own: attempt ? 'yes' : 'unknown', heard })) return;
    if (status === 'not_found') void report('session_not_found');
    if (heard.reason === 'misconfigured') void report('canister_misconfigured');
  }

  /** What it says of a reference: who has paid by it, if anybody has. */
  function hearByReference(heard: Hearing): void {
    const { status, payment } = heard;
    const isLeaving = state.kind === 'leaving';
    if (payment && /processing|paid|refunded|failed/.test(status)) takeFound(payment.id, heard);
    else if (status === 'unavailable') {
      if (!isLeaving) hear(heard);
    } else if (isLeaving) poller.stop();
    else giveUp(sessionId());
  }

  /** Nobody has paid by this reference, so far. */
  function giveUp(reference: string): void {
    unknown.add(reference);
    // Its session has run out by now, whatever it was.
    if (Date.now() - (attempts.get(reference)?.created ?? 0) > SESSION_LIVES) attempts.drop(reference);
    putAside();
    begin();
  }

  function hearOfTab({ reference, session, tag: by }: News): void {
    const isAwaited = (state as AnyState).reference === reference || sessionId() === reference || (state.kind === 'idle' && isMine(host.options, reference, by));
    if (isAwaited && !commons.owners.has(session)) takeFound(session);
  }

  /** Takes a payment that has come back elsewhere. Who waits for it here has just set out. */
  function takeFound(value: string, heard?: Hearing): void {
    const isHidden = state.kind !== 'leaving';
    putAside();
    take(found(value, isHidden), heard);
  }

  /** Moves the state and tells the world; whether it moved at all. */
  function move(action: Action): boolean {
    const before = state;
    state = reduce(state, action);
    if (state === before) return false;
    remedy = undefined;
    clearTimeout(leaving);
    host.update();
    for (const other of commons.tags) if (isTwin(other)) other.update();
    const { kind: status, id: session, own = 'unknown', payment, why: reason } = state as AnyState;
    const isEnd = isFinal(state);
    if (returned && status !== 'idle') {
      returned.own = own;
      // Where only the address could bring the payment back, it was left as it came until now.
      if (!remember(returned, isEnd) && isEnd) cleanAddress();
      if (isEnd && session) for (const [key, attempt] of attempts.list()) if (attempt.session === session) attempts.drop(key);
    }
    isQuiet = !host.emit(new IcStripeStatusEvent({ status, own, sessionId: session && isId(session) ? session : undefined, payment, reason }));
    if (status === 'paid' && payment && session && returned && !returned.isAnnounced && !announced.get(session)) {
      returned.isAnnounced = true;
      if (host.emit(new IcStripePaidEvent({ own, sessionId: session, payment }))) announced.put(session, { own });
    }
    return true;
  }

  function misconfigure(code: Problem, isReturn: boolean): void {
    if (move({ type: 'misconfigure', problem: code, isReturn })) void report(code);
  }

  /** Tells the site builder, a little later: a shopper is to load no words that are not for shoppers. */
  async function report(
    code: Problem,
    told: string | Promise<string> = import('./remedies.js').then(
      ({ REMEDIES }) => REMEDIES[code as keyof typeof REMEDIES],
      () => code,
    ),
  ): Promise<void> {
    const reported: AnyState = state;
    const message = await told;
    if (state === reported) {
      remedy = message;
      host.update();
    }
    if (host.emit(new IcStripeErrorEvent({ code, message, own: reported.own ?? 'unknown' }))) console.error(`<ic-stripe-pay> ${code}: ${message}`);
  }

  /** Loads what signs shoppers in, where they are to sign in. */
  function signIn(): Promise<typeof SignIn> | undefined {
    return host.options.signIn == null ? undefined : import('./sign-in/index.js');
  }

  function release(): void {
    poller.stop();
    for (const [id, owner] of commons.owners) if (owner === tag) commons.owners.delete(id);
  }

  function putAside(): void {
    if (returned) forget(returned);
    returned = undefined;
    release();
  }

  function startAnew(): void {
    putAside();
    move({ type: 'reset' });
  }

  /** Gives the button back to a shopper who has not left, or has come back. */
  function stay(): void {
    if (state.kind === 'leaving' && state.how !== 'tab') move({ type: 'reset' });
  }

  function canister(): string {
    return canisterOrigin(host.options.gateway, host.options.canisterId);
  }

  /** The page is online, or looked at, again. */
  function wake(): void {
    poller.wake();
    if (state.kind === 'leaving' && state.how !== 'here' && document.visibilityState !== 'hidden') ask(state.reference);
  }

  const mayPay = (): boolean => canPay(state) && ![...commons.tags].some((other) => isTwin(other) && other.isBusy);

  return {
    get state() {
      return state;
    },
    get remedy() {
      return remedy;
    },
    get isQuiet() {
      return isQuiet;
    },
    get isOffering() {
      // Not while a payment that came back, or one that never did, may yet turn out to be this tag's.
      return (hasBegun || !(commons.returned || remembered(host.options).length)) && (state.kind === 'leaving' || mayPay());
    },

    connect() {
      isConnected = true;
      commons.tags.add(tag);
      readAddress();
      // As options it says by its `signal` when to stop.
      listeners = new AbortController();
      addEventListener('online', wake, listeners);
      document.addEventListener('visibilitychange', wake, listeners);
      // Back from Stripe's page, which has no other way out: the button must work again.
      addEventListener('pageshow', ({ persisted }) => persisted && stay(), listeners);
      tabs = openTabs(hearOfTab);
      // A task later all the tags that a parser or a framework adds now are there to choose from.
      setTimeout(begin);
    },

    disconnect() {
      isConnected = false;
      listeners?.abort();
      tabs?.close();
      release();
      commons.tags.delete(tag);
      for (const other of commons.tags) if (isTwin(other)) other.update();
      // The shopper has seen the end and gone to another page of a single-page shop: there the tag starts anew.
      // A task later, for a router may change the address only after it has removed the page.
      setTimeout(() => {
        if (!isConnected && isFinal(state) && pageAddress() !== returned?.href) startAnew();
      });
    },

    change(isOther) {
      if (!hasBegun || state.kind === 'leaving') return;
      // Another payment now; one that is under way is not lost for it.
      if (isOther && sessionId() && isFinal(state)) startAnew();
      else if (isOther || !sessionId()) tag.release();
      setTimeout(begin);
    },

    pay(issued) {
      // Signing in takes a while, in which the tag may have been taken away.
      if (!mayPay() || (issued && hasBegun && !isConnected)) return false;
      const { options } = host;
      try {
        const reference = issued ?? makeReference(options.reference);
        const url = checkoutAddress(options, reference);
        const origin = canister();
        const signing = !issued && signIn();
        if (!signing) {
          // Before the event: a page that cancels it may open the address in its own way.
          attempts.put(reference, { tag: identityOf(options) });
          if (!host.emit(new IcStripeRedirectEvent({ own: 'yes', url, reference }))) return false;
        }
        // What was shown is over: Back must not bring it up again.
        startAnew();
        const how = signing ? 'here' : leave(url, options.target);
        move({ type: 'leave', url, reference, how });
        if (signing) {
          void signing
            .then(({ signIn }) => signIn(this, options, origin))
            .catch(({ problem = 'sign_in_missing', message }: SignIn.SignInFailure) => {
              stay();
              void report(problem, message);
            });
        } else if (how === 'here') leaving = setTimeout(stay, LEAVING_TAKES);
        return how !== 'blocked';
      } catch (error) {
        misconfigure((error as ConfigurationError).problem, false);
        return false;
      }
    },

    check() {
      if (state.kind === 'leaving') ask(state.reference);
      else if (!isSession(state)) {
        unknown.clear();
        begin();
      } else if (!isFinal(state)) {
        move({ type: 'hear', id: state.id, own: state.own, heard: { status: 'checking' } });
        poller.hurry();
      }
    },

    show() {
      // Nothing new for the page.
      state = reduce(state, { type: 'show' });
      host.update();
    },

    reset: startAnew,
  };
}
