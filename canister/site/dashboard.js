/* global document, fetch, location, URLSearchParams */
/** Tells the dashboard what it cannot know by itself, and starts it. */
const dashboard = document.querySelector('ic-stripe-dashboard');

// Under a domain of the merchant's the host name does not say which canister this is; its list of other origins begins with its own.
if (!/^([a-z2-7]{5}-)+cai\./.test(location.hostname)) {
  const answer = await fetch('/.well-known/ii-alternative-origins');
  const { alternativeOrigins } = await answer.json();
  dashboard.setAttribute('canister-id', new URL(alternativeOrigins[0]).hostname.split('.')[0]);
}

// On this machine people sign in with the stand-in of the local world.
if (/(^|\.)localhost$/.test(location.hostname)) {
  dashboard.setAttribute('identity-provider', new URLSearchParams(location.search).get('identity-provider') ?? 'http://localhost:4950');
}

await import('/ic-stripe-dashboard.js');
