/* global document, fetch, location, URLSearchParams */
/** Tells the dashboard what it cannot know by itself, and starts it. */
const dashboard = document.querySelector('ic-stripe-dashboard');

/** The id of the canister, where the host name says it. */
const CANISTER_HOST = /^([a-z2-7]{5}-)+cai\./;

try {
  // Under a domain of the merchant's it does not; the canister's list of other origins begins with its own.
  if (!CANISTER_HOST.test(location.hostname)) {
    const answer = await fetch('/.well-known/ii-alternative-origins');
    const { alternativeOrigins } = await answer.json();
    dashboard.setAttribute('canister-id', new URL(alternativeOrigins[0]).hostname.split('.')[0]);
  }

  // On this machine people sign in with the stand-in of the local world.
  if (/(^|\.)localhost$/.test(location.hostname)) {
    dashboard.setAttribute('identity-provider', new URLSearchParams(location.search).get('identity-provider') ?? 'http://localhost:4950');
  }

  await import('/ic-stripe-dashboard.js');
} catch (error) {
  // Until it is defined, the element shows what is in it.
  dashboard.replaceChildren(Object.assign(document.createElement('p'), { role: 'alert', textContent: 'The dashboard could not be loaded. Check your connection, then reload the page.' }));
  throw error;
}
