/* global document, fetch, FormData, window */
// Speaks with the app that opened the window, as Internet Identity does (its specification, "Client authentication protocol").
import { requireAllowed } from './alternative-origins.js';

/** What auth-client itself says when its window is closed: apps take both for the same. */
const CANCELLED = 'UserInterrupt';

const part = (id) => document.getElementById(id);
const choice = part('choice');

/** The app and what it asks for, once it has. */
let asked;

if (window.opener) {
  window.addEventListener('message', (event) => void receive(event));
  // To whoever opened the window: it is not known yet, and nothing is told.
  window.opener.postMessage({ kind: 'authorize-ready' }, '*');
} else {
  show('', `No app has opened this window, or its Cross-Origin-Opener-Policy cuts it off. An app opens it by AuthClient.login({ identityProvider: '${window.location.origin}' }).`);
}

async function receive({ source, origin, data }) {
  if (asked || source !== window.opener || data?.kind !== 'authorize-client') return;
  asked = { origin, derivationOrigin: data.derivationOrigin ?? origin, sessionPublicKey: data.sessionPublicKey, maxTimeToLive: data.maxTimeToLive };
  try {
    await requireSound(asked);
  } catch (error) {
    return fail(error.message);
  }
  part('origin').textContent = origin;
  part('derivation-origin').textContent = asked.derivationOrigin;
  part('derivation').hidden = asked.derivationOrigin === origin;
  choice.hidden = false;
  show();
}

async function requireSound({ origin, derivationOrigin, sessionPublicKey, maxTimeToLive }) {
  if (origin === 'null') throw new Error('The app has no origin of its own, as a file or a sandboxed frame: serve it over HTTP.');
  if (!(sessionPublicKey instanceof Uint8Array)) throw new Error('sessionPublicKey must be a Uint8Array: a public key as DER.');
  const isTime = maxTimeToLive === undefined || (typeof maxTimeToLive === 'bigint' && maxTimeToLive > 0n);
  if (!isTime) throw new Error('maxTimeToLive must be a bigint of nanoseconds above 0.');
  if (derivationOrigin !== origin) await requireAllowed(derivationOrigin, origin);
}

async function signIn(user) {
  setBusy(true);
  show(`Signing in as ${user}…`);
  try {
    answer({ kind: 'authorize-client-success', ...readChain(await askForDelegation(user)), authnMethod: 'passkey' });
    choice.hidden = true;
    show(`Signed in as ${user}. This window can be closed.`);
  } catch (error) {
    fail(error.message);
  }
}

async function askForDelegation(user) {
  const { derivationOrigin: origin, sessionPublicKey, maxTimeToLive } = asked;
  const body = JSON.stringify({ user, origin, sessionPublicKey: toHex(sessionPublicKey), maxTimeToLive: maxTimeToLive?.toString() });
  let response;
  try {
    response = await fetch('/delegation', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  } catch {
    throw new Error('The stand-in does not answer. Is it still running?');
  }
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** From the JSON form of a delegation chain to that of the protocol. */
function readChain({ publicKey, delegations }) {
  return {
    userPublicKey: fromHex(publicKey),
    delegations: delegations.map(({ delegation: { pubkey, expiration }, signature }) => ({
      delegation: { pubkey: fromHex(pubkey), expiration: BigInt(`0x${expiration}`) },
      signature: fromHex(signature),
    })),
  };
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function answer(message) {
  // An opaque origin cannot be addressed; such an app is only ever told why it is refused.
  window.opener?.postMessage(message, asked.origin === 'null' ? '*' : asked.origin);
}

/** Tells the user and the app, which may close the window at once. */
function fail(text) {
  choice.hidden = true;
  show('', text);
  answer({ kind: 'authorize-client-failure', text });
}

function show(state = '', error = '') {
  part('state').textContent = state;
  part('error').textContent = error;
}

function setBusy(busy) {
  for (const control of choice.querySelectorAll('button, input')) control.disabled = busy;
}

for (const button of choice.querySelectorAll('[data-user]')) {
  button.addEventListener('click', () => void signIn(button.dataset.user));
}
choice.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(new FormData(event.target).get('name').trim());
});
part('cancel').addEventListener('click', () => {
  choice.hidden = true;
  show('Cancelled. This window can be closed.');
  answer({ kind: 'authorize-client-failure', text: CANCELLED });
});
