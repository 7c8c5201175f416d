/** Which request asks for what: the paths and methods of the HTTP contract. */
import { SESSION_ID, type Refusal } from './contract.js';

/** What a request asks for. */
export type Route =
  | { kind: 'checkout'; id: string; livemode: boolean }
  | { kind: 'preflight' }
  | { kind: 'refused'; status: 400 | 404 | 405; refusal: Refusal };

const CHECKOUT = '/checkout/';

/** Stripe's placeholder, as it arrives when the redirect URL was typed with a mistake, raw or percent-encoded. */
const PLACEHOLDER = /^(\{|%7b)checkout_session_id(\}|%7d)$/i;

/**
 * Reads a request line. What is not an id is refused before any work.
 * @param url path and query, as a gateway hands them on
 */
export function routeOf(method: string, url: string): Route {
  // Whatever the path: a gateway that once gets anything else to a preflight distrusts the canister.
  if (method === 'OPTIONS') return { kind: 'preflight' };
  const query = url.indexOf('?');
  const end = query < 0 ? url.length : query;
  // A trailing slash is the same path.
  const path = url.slice(0, end > 1 && url[end - 1] === '/' ? end - 1 : end);
  if (!path.startsWith(CHECKOUT) && path !== '/checkout') {
    return refused(404, 'not_found', 'There is nothing here. Payments are at /checkout/{session_id}.');
  }
  if (method !== 'GET') return refused(405, 'method_not_allowed', 'Only GET asks for a payment.');
  const id = path.slice(CHECKOUT.length);
  const match = SESSION_ID.exec(id);
  if (match) return { kind: 'checkout', id, livemode: match[1] === 'live' };
  return PLACEHOLDER.test(id) ? refused(400, 'unfilled_placeholder', UNFILLED) : refused(400, 'invalid_session_id', INVALID);
}

// In ASCII, as all that is turned into bytes here.
const UNFILLED =
  'The redirect URL of the payment link must contain {CHECKOUT_SESSION_ID} exactly so, braces included; Stripe then fills it in.';
const INVALID = 'A Checkout Session id is cs_test_ or cs_live_ with letters and digits after it.';

function refused(status: 400 | 404 | 405, code: string, message: string): Route {
  return { kind: 'refused', status, refusal: { error: { code, message } } };
}
