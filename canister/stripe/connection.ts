/** Whether the canister can ask Stripe, in words for the merchant. */
import type { Settings } from '../settings.js';
import { interpretList, keyFault, refusesParameter, type Setback, type Unavailable } from './answer.js';
import type { StripeClient } from './client.js';

/** The only thing that a key for this canister must be allowed. */
const PERMISSION = 'rak_checkout_session_read';

export interface Connection {
  works: boolean;
  /** What is wrong, and how to mend it. Quotes neither the key nor Stripe's own words, which may. */
  message: string;
}

/**
 * Asks Stripe for the newest sessions, and says what comes of it.
 * @param since in seconds since 1970
 */
export async function checkConnection(client: StripeClient, settings: Settings, since: number): Promise<Connection> {
  if (settings.api_key === '') return fault('There is no API key, so that only webhooks tell of payments. Set api_key to a restricted key (rk_…).');
  const probe = await client.probe(since);
  if (typeof probe !== 'string') return fault(unavailable(probe, settings));
  switch (keyFault(probe)) {
    case 'bad_key':
      return fault(`Stripe does not know the key, or it has expired: create a restricted key with ${PERMISSION} in the Stripe Dashboard, and set api_key to it.`);
    case 'missing_permission':
      return fault(`The key lacks the permission ${PERMISSION}: give it "Checkout Sessions: Read" in the Stripe Dashboard, or set api_key to a key that has it.`);
    case undefined:
  }
  if (refusesParameter(probe, 'payment_link')) return fault('Stripe does not know the payment link: set payment_links to ids (plink_…) of the key’s own account and mode.');
  const outcome = interpretList(probe);
  if (outcome.kind === 'unavailable') return fault(unavailable(outcome, settings));
  const [session] = outcome.sessions;
  if (session !== undefined && session.livemode !== settings.livemode) {
    return fault(`The key is of ${mode(session.livemode)} mode, and the canister expects ${mode(settings.livemode)} payments: set livemode = ${session.livemode}, or api_key to one of ${mode(settings.livemode)} mode.`);
  }
  return { works: true, message: `Stripe answers, in ${mode(settings.livemode)} mode.` };
}

function unavailable({ reason }: Unavailable, { idempotent_proxy: proxy }: Settings): string {
  const words: Record<Setback, string> = {
    stripe_unreachable: proxy === null ? 'Stripe does not answer: check api_host, and try again in a minute.' : `The proxy ${proxy} does not answer: check idempotent_proxy, or set it to "" to ask Stripe directly.`,
    stripe_error: proxy === null ? 'Stripe answers, but not as it should: check api_host, and try again in a minute.' : `What comes from the proxy ${proxy} is not Stripe’s answer: check idempotent_proxy and api_host.`,
    rate_limited: 'Stripe is asked too often at the moment: try again in a minute.',
    low_cycles: 'The canister has too few cycles to ask Stripe: top it up to more than 0.2 T.',
    too_large: 'Stripe’s answer is too large: put less metadata on the payment link.',
    misconfigured: 'Stripe refuses the key.',
    busy: 'The canister is busy: try again in a minute.',
  };
  return words[reason];
}

function mode(livemode: boolean): string {
  return livemode ? 'live' : 'test';
}

function fault(message: string): Connection {
  return { works: false, message };
}
