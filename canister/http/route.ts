/** Which request asks for what: the paths and methods of the HTTP contract. */
import { OWN_REFERENCE, SESSION_ID, type Refusal } from '../contract.js';

/** What a request asks for. */
export type Route =
  | { kind: 'checkout'; id: string; livemode: boolean; hasSlash: boolean }
  | { kind: 'reference'; reference: string }
  | { kind: 'webhook' }
  | { kind: 'preflight' }
  | Refused;

/** A request that asks for nothing that there is. */
export type Refused = { kind: 'refused'; refusal: Refusal } & ({ status: 400 | 404 } | { status: 405; allow: Allow });

/** The methods that a path takes. */
export type Allow = 'GET, OPTIONS' | 'POST, OPTIONS';

const CHECKOUT = '/checkout/';
const REFERENCE = '/reference/';
const WEBHOOK = '/webhook';

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
  // A trailing slash is the same path, but to a gateway, which verifies it to the letter.
  const hasSlash = end > 1 && url[end - 1] === '/';
  const path = url.slice(0, hasSlash ? end - 1 : end);
  if (!path.startsWith(CHECKOUT) && path !== '/checkout') return otherRouteOf(method, path);
  if (method !== 'GET') return notAllowed('GET', 'Only GET asks for a payment.');
  const id = path.slice(CHECKOUT.length);
  const match = SESSION_ID.exec(id);
  if (match) return { kind: 'checkout', id, livemode: match[1] === 'live', hasSlash };
  return PLACEHOLDER.test(id) ? refused(400, 'unfilled_placeholder', UNFILLED) : refused(400, 'invalid_session_id', INVALID);
}

function otherRouteOf(method: string, path: string): Route {
  if (path === WEBHOOK) return method === 'POST' ? { kind: 'webhook' } : notAllowed('POST', 'Only POST brings an event.');
  if (!path.startsWith(REFERENCE)) return refused(404, 'not_found', NOTHING);
  if (method !== 'GET') return notAllowed('GET', 'Only GET asks for a payment.');
  const reference = path.slice(REFERENCE.length);
  return OWN_REFERENCE.test(reference) ? { kind: 'reference', reference } : refused(404, 'not_found', UNKNOWN_REFERENCE);
}

// In ASCII, as all that is turned into bytes here.
const UNFILLED =
  'The redirect URL of the payment link must contain {CHECKOUT_SESSION_ID} exactly so, braces included; Stripe then fills it in.';
const INVALID = 'A Checkout Session id is cs_test_ or cs_live_ with letters and digits after it.';

const NOTHING = 'There is nothing here. Payments are at /checkout/{session_id} and at /reference/{client_reference_id}, and events go to /webhook.';
// Others could be guessed: order numbers are no secret.
const UNKNOWN_REFERENCE = 'Payments are found by references that the payment element has made, with their secret part (isp1...).';

function refused(status: 400 | 404, code: string, message: string): Refused {
  return { kind: 'refused', status, refusal: { error: { code, message } } };
}

function notAllowed(method: 'GET' | 'POST', message: string): Refused {
  return { kind: 'refused', status: 405, allow: `${method}, OPTIONS`, refusal: { error: { code: 'method_not_allowed', message } } };
}
