/** What the tests in the browser share: a tag to mount, a canister to play, a document to start anew. */
import { expect as chai, fixture, html } from '@open-wc/testing';
import type { Answer, Payment } from '../canister/contract.js';
import { commons } from './commons.js';
import type { IcStripePay } from './element.js';
import './index.js';

export const LINK = 'https://buy.stripe.com/test_abc';
export const CANISTER = 'rrkah-fqaaa-aaaaa-aaaaq-cai';
export const SESSION = 'cs_test_a1B2c3';

// Several pages share one window, and the element waits while nobody looks.
Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });

const HOME = location.href;
const realFetch = Object.getOwnPropertyDescriptor(window, 'fetch')!;

/** What the tests use of chai; its own type takes each expectation for a promise. */
interface Expectation {
  equal(value: unknown): void;
  match(pattern: RegExp): void;
  contain(part: string): void;
  above(value: number): void;
  below(value: number): void;
  readonly deep: { equal(value: unknown): void };
  readonly be: Expectation & { instanceOf(type: unknown): void };
}
export const expect = chai as unknown as (value: unknown, message?: string) => { to: Expectation; not: { to: Expectation } };

/** Fails with what axe finds. */
export async function expectAccessible(element: Element): Promise<void> {
  await chai(element).to.be.accessible();
}

/** A request that the tag has made; answered by `answer`, `fail` or `reply`. */
export interface Request {
  url: string;
  init: RequestInit;
  at: number;
}

/** Plays the canister: each request gets the next of the replies, the last of them for ever. */
export function playCanister(...replies: (Answer | Response | Error | 'silence')[]): Request[] {
  const requests: Request[] = [];
  window.fetch = (url, init = {}) => {
    requests.push({ url: url as string, init, at: performance.now() });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === 'silence' || reply === undefined) {
      return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
    }
    if (reply instanceof Error) return Promise.reject(reply);
    return Promise.resolve(reply instanceof Response ? reply.clone() : Response.json(reply));
  };
  return requests;
}

/** A payment as the canister tells it. */
export function payment(fields: Partial<Payment> = {}): Payment {
  return {
    id: SESSION,
    client_reference_id: null,
    payment_link: 'plink_1',
    mode: 'payment',
    payment_status: 'paid',
    amount_total: 1999,
    currency: 'eur',
    amount_refunded: 0,
    created: 1795561771,
    livemode: false,
    ...fields,
  };
}

export const PAID: Answer = { status: 'paid', payment: payment() };

/** The address that Stripe sends the shopper back to. */
export function comeBack(query = `?check_out_session_id=${SESSION}`): void {
  history.replaceState(history.state, '', location.pathname + query);
}

/** Mounts a tag, and waits until it has chosen what to be. */
export async function mount(attributes: Record<string, string> = {}): Promise<IcStripePay> {
  const tag = document.createElement('ic-stripe-pay');
  for (const [name, value] of Object.entries({ 'payment-link': LINK, 'canister-id': CANISTER, ...attributes })) {
    tag.setAttribute(name, value);
  }
  await fixture(html`${tag}`);
  await settle(tag);
  return tag;
}

/** Waits for what happens in the next tasks, the first answer among it. */
export async function settle(tag: IcStripePay): Promise<void> {
  let left = 10;
  do await wait(20);
  while (tag.state.kind === 'confirming' && left--);
  // What is reported meanwhile waits for these words, too, and was first.
  await import('./remedies.js');
  await wait(0);
  await tag.updateComplete;
}

export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Collects what the document hears. */
export function listen<K extends keyof GlobalEventHandlersEventMap>(type: K, then?: (event: GlobalEventHandlersEventMap[K]) => void): GlobalEventHandlersEventMap[K][] {
  const heard: GlobalEventHandlersEventMap[K][] = [];
  document.addEventListener(
    type,
    (event) => {
      heard.push(event);
      then?.(event);
    },
    { signal: listeners.signal },
  );
  return heard;
}
let listeners = new AbortController();

/** Clicks the button, keeps the page, and tells which reference it made. */
export function click(tag: IcStripePay): string {
  let reference = '';
  tag.addEventListener(
    'ic-stripe-redirect',
    (event) => {
      event.preventDefault();
      ({ reference } = event);
    },
    { once: true },
  );
  part(tag, 'button')!.click();
  return reference;
}

export function part(tag: IcStripePay, name: string): HTMLElement | null {
  return tag.renderRoot.querySelector(`[part=${name}]`);
}

/** Whether a part is there. Compare this, not elements: to print what an element is instead takes a browser down. */
export function has(tag: IcStripePay, name: string): boolean {
  return part(tag, name) !== null;
}

/** The part that has the focus. */
export function focused(tag: IcStripePay): string | null | undefined {
  return tag.shadowRoot!.activeElement?.getAttribute('part');
}

/** What the live region says. */
export function said(tag: IcStripePay): string {
  return part(tag, 'status')!.textContent.replace(/[\u2060\u2068\u2069]/g, '').replace(/\s+/g, ' ').trim();
}

/** Stands in for a property of an object until the next test; `get` may throw. */
export function stub(object: object, property: string, get: () => unknown): void {
  const old = Object.getOwnPropertyDescriptor(object, property);
  Object.defineProperty(object, property, { configurable: true, get });
  stubs.unshift(() => {
    if (old) Object.defineProperty(object, property, old);
    else Reflect.deleteProperty(object, property);
  });
}
const stubs: (() => void)[] = [];

/** As when the document is loaded anew: nothing is left but storage. */
export function reload(type: 'reload' | 'navigate' | 'back_forward' = 'reload'): void {
  for (const tag of document.querySelectorAll('ic-stripe-pay')) tag.remove();
  commons.returned = undefined;
  commons.tags.clear();
  commons.owners.clear();
  stub(performance, 'getEntriesByType', () => () => [{ type }]);
}

/** After each test: nothing is left. */
export async function cleanUp(): Promise<void> {
  for (const tag of document.querySelectorAll('ic-stripe-pay')) tag.remove();
  await wait(5);
  reload();
  for (const undo of stubs.splice(0)) undo();
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, '', HOME);
  Object.defineProperty(window, 'fetch', realFetch);
  listeners.abort();
  listeners = new AbortController();
}
