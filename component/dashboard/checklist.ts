/** Whether everything is set up: judged by what the canister says now, not by what somebody ticked. */
import { parseSafeUrl } from '../local-host.js';
import type { Connection, Settings, Stats } from './backend.js';
import { newKeyPage, paymentLinksPage, webhooksPage } from './stripe-pages.js';
import { cyclesInWords, timeInWords } from './words.js';

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
  /** The address that a payment link leads back to, as somebody pasted it. */
  redirect: string;
}

export function checksOf({ settings, stats, connection, redirect }: Known): Check[] {
  return [checkKey(settings, connection), checkLinks(settings), checkWebhook(settings, stats), checkRedirect(redirect, settings), checkCycles(stats)];
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

function checkWebhook({ webhook_secrets: secrets, livemode }: Settings, stats: Stats | undefined): Check {
  const title = 'Stripe’s webhook arrives';
  const link = { href: webhooksPage(livemode), label: 'Open Stripe’s webhooks' };
  const missed = 'refunds, disputes and failed delayed payments stay unknown';
  if (secrets.length === 0) return { id: 'webhook', title, verdict: 'bad', link, text: `There is no signing secret, so ${missed}. Add the endpoint below at Stripe, then its secret (whsec_…) in the settings.` };
  if (!stats) return { id: 'webhook', title, verdict: 'busy', text: 'Asking the canister…' };
  if (stats.last_event === null) return { id: 'webhook', title, verdict: 'warn', link, text: `No event has arrived yet; until then ${missed}. Make a payment in test mode, or look at the endpoint’s deliveries at Stripe.` };
  return { id: 'webhook', title, verdict: 'good', text: `The last event arrived ${timeInWords(stats.last_event)}.` };
}

const PLACEHOLDER = '{CHECKOUT_SESSION_ID}';

/** Judges the address under "After payment" of a payment link. */
export function checkRedirect(pasted: string, { livemode }: Pick<Settings, 'livemode'>): Check {
  const title = 'Shoppers are led back to your page';
  const text = pasted.trim();
  const check = (verdict: Verdict, words: string): Check => ({ id: 'redirect', title, verdict, text: words, ...(verdict !== 'good' && { link: { href: paymentLinksPage(livemode), label: 'See your payment links' } }) });
  if (text === '') return check('unknown', 'Only Stripe knows this address, and the key may not read it. Paste it below, as it stands under “After payment” of your payment link, to have it checked.');
  if (!parseSafeUrl(text.replaceAll(/[{}]/g, ''))) return check('bad', 'This is no address that begins with https://.');
  if (text.includes(`check_out_session_id=${PLACEHOLDER}`) || text.includes(`checkout_session_id=${PLACEHOLDER}`)) return check('good', 'This address is right: Stripe puts the payment’s id into it.');
  if (/(%7B|\{)\s*CHECKOUT_SESSION_ID\s*(%7D|\})/i.test(text) && !text.includes(PLACEHOLDER)) return check('bad', `The placeholder must stand as it is, with its braces: ${PLACEHOLDER}`);
  if (text.includes(PLACEHOLDER)) return check('warn', `The id comes back under another name than check_out_session_id. That works only where the tag has this name as its session-param.`);
  return check('bad', `The payment’s id is missing: add ${text.includes('?') ? '&' : '?'}check_out_session_id=${PLACEHOLDER} to it.`);
}

/** Days under which the canister should be topped up, and soon. */
const [FEW_DAYS, VERY_FEW_DAYS] = [30, 7];

export function checkCycles(stats: Stats | undefined): Check {
  const title = 'The canister has cycles to live on';
  if (!stats) return { id: 'cycles', title, verdict: 'busy', text: 'Asking the canister…' };
  const { days_left: days, cycles } = stats;
  if (days === null) return { id: 'cycles', title, verdict: 'unknown', text: `It has ${cyclesInWords(cycles)}. How long they last is known once it has run for some days.` };
  const text = `It has ${cyclesInWords(cycles)}, which last ${days === 1 ? 'one day' : `${days.toLocaleString('en')} days`} at the rate of the last week.`;
  if (days >= FEW_DAYS) return { id: 'cycles', title, verdict: 'good', text };
  return { id: 'cycles', title, verdict: days < VERY_FEW_DAYS ? 'bad' : 'warn', text: `${text} Top it up, with icp canister top-up or dfx cycles top-up: a canister without cycles confirms nothing.` };
}
