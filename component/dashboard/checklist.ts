/** Whether everything is set up: judged by what the canister says now, not by what somebody ticked. */
import type { Connection, Payment, Settings, Stats } from './backend.js';
import { judgeRedirect } from './redirect.js';
import { EVENTS, newKeyPage, paymentLinksPage, webhooksPage } from './stripe-pages.js';
import { counted, cyclesInWords, timeInWords } from './words.js';

/** `unknown`: nobody can tell from here, and the text says why. `busy`: being asked. */
export type Verdict = 'good' | 'warn' | 'bad' | 'unknown' | 'busy';

export interface Check {
  id: 'key' | 'links' | 'webhook' | 'redirect' | 'cycles';
  verdict: Verdict;
  title: string;
  text: string;
  /** Where it is mended, if not here. */
  link?: { href: string; label: string };
}

/** What is known. Undefined is what has not been asked or answered yet. */
export interface Known {
  settings: Settings;
  stats: Stats | undefined;
  connection: Connection | undefined;
  /** The latest ones. */
  payments: readonly Payment[];
  /** The address that a payment link leads back to, as somebody pasted it. */
  redirect: string;
}

export function checksOf({ settings, stats, connection, payments, redirect }: Known): Check[] {
  return [checkKey(settings, connection), checkLinks(settings), checkWebhook(settings, stats, payments), checkRedirect(redirect, settings), checkCycles(stats)];
}

function checkKey({ livemode }: Settings, connection: Connection | undefined): Check {
  const title = 'The key works, in the right mode';
  if (!connection) return { id: 'key', title, verdict: 'busy', text: 'Asking Stripe…' };
  if (connection.works) return { id: 'key', title, verdict: 'good', text: connection.message };
  return { id: 'key', title, verdict: 'bad', text: connection.message, link: { href: newKeyPage(livemode), label: 'Make a restricted key' } };
}

function checkLinks({ payment_links: links, livemode }: Settings): Check {
  const title = 'Your payment links are named';
  if (links.length > 0) return { id: 'links', title, verdict: 'good', text: `${links.length === 1 ? 'One link is' : `${links.length} links are`} accepted.` };
  const text = 'Payments of every link of your account count. Name yours (plink_…) in the settings, so that a payment through another link is no payment here.';
  return { id: 'links', title, verdict: 'warn', text, link: { href: paymentLinksPage(livemode), label: 'See your payment links' } };
}

/** Seconds after which something should have been heard, whatever the business, and by which an event may be behind its payment. */
const [LONG_AGO, BEHIND] = [30 * 86_400, 86_400];

export function checkWebhook({ webhook_secrets: secrets, livemode }: Settings, stats: Stats | undefined, payments: readonly Payment[], now = Date.now() / 1000): Check {
  const title = 'Stripe’s webhook arrives';
  const link = { href: webhooksPage(livemode), label: 'Open Stripe’s webhooks' };
  const missed = 'refunds, disputes and failed delayed payments stay unknown';
  if (secrets.length === 0) return { id: 'webhook', title, verdict: 'bad', link, text: `There is no signing secret, so ${missed}. Add the endpoint below at Stripe, then its secret (whsec_…) in the settings.` };
  if (!stats) return { id: 'webhook', title, verdict: 'busy', text: 'Asking the canister…' };
  if (stats.last_event === null) return { id: 'webhook', title, verdict: 'warn', link, text: `No event has arrived yet; until then ${missed}. Make a payment in test mode, or look at the endpoint’s deliveries at Stripe.` };
  const last = `The last event arrived ${timeInWords(stats.last_event)}`;
  // Of one that is not finished Stripe tells nothing yet.
  const newest = payments.find(({ status }) => status !== 'open')?.created ?? 0;
  if (newest - stats.last_event > BEHIND) return { id: 'webhook', title, verdict: 'warn', link, text: `${last}, but a payment was begun ${timeInWords(newest)}, of which no event told. Look at the endpoint’s deliveries at Stripe: until they arrive, ${missed}.` };
  if (now - stats.last_event > LONG_AGO) return { id: 'webhook', title, verdict: 'warn', link, text: `${last}, more than 30 days ago. If you have had payments since, look at the endpoint’s deliveries at Stripe.` };
  return { id: 'webhook', title, verdict: 'good', text: `${last}.` };
}

/** The events of which none has arrived yet, perhaps because nothing has happened that they tell of. */
export function unseenEvents({ events }: Pick<Stats, 'events'>): string[] {
  const seen = new Set(events.map(([name]) => name));
  return EVENTS.filter(({ counted }) => !seen.has(counted)).map(({ type }) => type);
}

/** Judges the address under "After payment" of a payment link. */
export function checkRedirect(pasted: string, { livemode }: Pick<Settings, 'livemode'>): Check {
  const title = 'Shoppers are led back to your page';
  const link = { href: paymentLinksPage(livemode), label: 'See your payment links' };
  const address = pasted.trim();
  if (address === '') return { id: 'redirect', title, link, verdict: 'unknown', text: 'Only Stripe knows this address, and the key may not read it. Paste it below, as it stands under “After payment” of your payment link, to have it checked.' };
  const { verdict, text } = judgeRedirect(address);
  return { id: 'redirect', title, verdict, text, ...(verdict !== 'good' && { link }) };
}

/** Days under which the canister should be topped up, and soon. */
const [FEW_DAYS, VERY_FEW_DAYS] = [30, 7];
/** Cycles under which the canister asks Stripe no more. */
const RESERVE = 1e11;

export function checkCycles(stats: Stats | undefined): Check {
  const title = 'The canister has cycles to live on';
  if (!stats) return { id: 'cycles', title, verdict: 'busy', text: 'Asking the canister…' };
  const { days_left: days, cycles } = stats;
  const has = `It has ${cyclesInWords(cycles)}`;
  const remedy = 'Top it up, with icp canister top-up or dfx cycles top-up.';
  if (cycles < RESERVE) return { id: 'cycles', title, verdict: 'bad', text: `${has}. Under ${cyclesInWords(RESERVE)} it asks Stripe no more, and confirms nothing that a webhook has not told. ${remedy}` };
  if (days === null) return { id: 'cycles', title, verdict: 'unknown', text: `${has}. How long they last is known once it has run for some days.` };
  const text = `${has}. At the rate of the last week it goes on asking Stripe for ${days === 0 ? 'less than a day' : counted(days, 'day')}, until ${cyclesInWords(RESERVE)} are left.`;
  if (days >= FEW_DAYS) return { id: 'cycles', title, verdict: 'good', text };
  return { id: 'cycles', title, verdict: days < VERY_FEW_DAYS ? 'bad' : 'warn', text: `${text} ${remedy}` };
}
