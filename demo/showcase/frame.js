/* global AbortController, AbortSignal, crypto, customElements, document, fetch, frameElement, location, navigator, Response, ResizeObserver, setTimeout, window */
// A browser for one tag alone: what it remembers, what it is answered and what time it is are made up; how the tag looks is not.
// Runs before the element's script.
import { GROUPS, PAYMENT } from './states.js';

const { place, theme, lang, dir } = frameElement.dataset;
const [group, index] = place.split('.');
const { attributes = {}, isOwn, isPaying, returned, answer, isOffline, support } = GROUPS[group].shown[index];

Object.assign(document.documentElement, { lang, dir });
document.documentElement.style.colorScheme = theme;
new ResizeObserver(() => (frameElement.style.blockSize = `${Math.ceil(document.body.getBoundingClientRect().height)}px`)).observe(document.body);

const tag = document.querySelector('ic-stripe-pay');
for (const [name, value] of Object.entries({ 'payment-link': '/', ...attributes })) tag.setAttribute(name, value);
// Where the links lead is the shop's own origin: nothing here goes to Stripe.
tag.setAttribute('payment-link', new URL(tag.getAttribute('payment-link'), document.baseURI).href);
if (support) tag.append(Object.assign(document.createElement('a'), { slot: 'support', href: `mailto:${support}`, textContent: support }));

/** Storage of this frame alone. */
class Memory {
  getItem(key) {
    return this[key] ?? null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
}
replace(window, 'localStorage', new Memory());
replace(window, 'sessionStorage', new Memory());
replace(window, 'BroadcastChannel', undefined);
if (isOffline) replace(navigator, 'onLine', false);
// The same reference in every picture.
replace(crypto, 'getRandomValues', (bytes) => {
  for (const index of bytes.keys()) bytes[index] = index * 11 + 5;
  return bytes;
});
// New tabs need not open for the tag to have opened one. A sandbox says no by itself.
if (!frameElement.sandbox.length) replace(window, 'open', () => ({}));
// What the shopper sees for seconds only stays to be looked at.
const start = setTimeout;
replace(window, 'setTimeout', (run, delay, ...values) => (delay > 10_000 ? 0 : start(run, delay, ...values)));
// With so many frames at once a language may take longer than the tag would wait for it.
replace(AbortSignal, 'timeout', () => new AbortController().signal);

let { client_reference_id } = PAYMENT;
const ask = fetch;
replace(window, 'fetch', (url, options) => {
  if (!/\/(checkout|reference)\//.test(url)) return ask(url, options);
  const { payment } = answer ?? {};
  return Promise.resolve(Response.json({ status: 'not_found', ...answer, payment: payment && { ...PAYMENT, client_reference_id, ...payment } }));
});

// The console is for what went wrong with this page.
tag.addEventListener('ic-stripe-error', (event) => event.preventDefault());

// In the hash, which is all that a document without an address can have.
if (returned) location.hash = `?check_out_session_id=${returned}`;

// Sets out before the tag has looked what came back; who has paid before has stayed here for it.
void customElements.whenDefined('ic-stripe-pay').then(() => {
  if (isOwn) {
    const stay = (event) => {
      event.preventDefault();
      client_reference_id = event.reference;
    };
    tag.addEventListener('ic-stripe-redirect', stay, { once: true });
  }
  // Where the page cannot hold the window back (browsers before 2026), it would be gone.
  if (isOwn || (isPaying && 'navigation' in window)) tag.pay();
});

function replace(object, name, value) {
  Object.defineProperty(object, name, { configurable: true, writable: true, value });
}
