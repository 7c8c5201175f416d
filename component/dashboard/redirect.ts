/** Judges the address that a payment link leads back to. */
import { parseSafeUrl } from '../local-host.js';

const PLACEHOLDER = '{CHECKOUT_SESSION_ID}';
/** The names under which the tag finds the id by itself. */
const NAMES: readonly string[] = ['check_out_session_id', 'checkout_session_id'];

export interface RedirectVerdict {
  verdict: 'good' | 'warn' | 'bad';
  text: string;
}

/**
 * Stripe fills in the placeholder only where it stands to the letter, and the tag looks for it in the query and in that of a hash
 * route, as `readReturnAddress` does.
 */
export function judgeRedirect(address: string): RedirectVerdict {
  if (/\s/.test(address) || !parseSafeUrl(address)) return { verdict: 'bad', text: 'This is no address that begins with https://.' };
  const pairs = [...address.matchAll(/\?([^#]*)/g)].flatMap(([, query]) => query.split('&')).map((pair) => /^([^=]*)=?(.*)$/.exec(pair)!.slice(1));
  const holders = pairs.filter(([, value]) => value === PLACEHOLDER).map(([name]) => name);
  if (holders.some((name) => NAMES.includes(name))) return { verdict: 'good', text: 'This address is right: Stripe puts the payment’s id into it.' };
  if (holders.length > 0) return { verdict: 'warn', text: `The id comes back under another name than ${NAMES[0]}. That works only where the tag has this name as its session-param.` };
  if (/checkout_session_id(\}|%7D|$)/i.test(pairs.map(([, value]) => value).join('&')) || /\{\w+\}|%7B\w+%7D/i.test(address)) return { verdict: 'bad', text: `The placeholder must stand as it is, with its braces and nothing around it, as the value of a parameter: ${NAMES[0]}=${PLACEHOLDER}` };
  return { verdict: 'bad', text: `The payment’s id is missing. Make it ${completed(address.replace(/([?&])(check_?out_session_id)=[^&#]*&?/g, '$1').replace(/[?&](#|$)/, '$1'))}` };
}

/** The address with the parameter in its query, which ends where the hash begins. */
function completed(address: string): string {
  const [, before, hash] = /^([^#]*)(.*)$/.exec(address)!;
  return `${before}${before.includes('?') ? '&' : '?'}${NAMES[0]}=${PLACEHOLDER}${hash}`;
}
