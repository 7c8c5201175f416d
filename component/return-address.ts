import { SESSION_ID } from '../canister/contract.js';

/** What an address holds of a payment. */
export interface ReturnAddress {
  /** The value of the parameter: a session's id, a placeholder never filled in, or anything at all. */
  value: string;
  /** The address without it, all else to the letter. */
  cleaned: string;
}

/** Whether a returned value is Stripe's placeholder itself, in whatever encoding: Stripe has not filled it in. */
export function isPlaceholder(value: string): boolean {
  return value.includes('CHECKOUT_SESSION_ID');
}

/**
 * Finds a session's id in the query of an address, or in that of its hash route (`#/pay?check_out_session_id=…`),
 * under `check_out_session_id` or else `checkout_session_id`. A well-formed id wins over a malformed one.
 * @param names others that it may stand under
 */
export function readReturnAddress(href: string, names?: ReadonlySet<string>): ReturnAddress | undefined {
  const preferred: string[] = [];
  const others: string[] = [];
  // A query ends at `#`, and a hash can hold a query of its own; so each run from `?` to `#` is one.
  const cleaned = href.replace(/\?[^#]*/g, (query) => {
    const kept = query
      .slice(1)
      .split('&')
      .filter((pair) => {
        const [, name = '', value = ''] = /^([^=]*)=?(.*)/.exec(pair)!.map(decode);
        const match = /^check(_?)out_session_id$/.exec(name) ?? names?.has(name);
        if (match) (match === true || match[1] ? preferred : others).push(value);
        return !match;
      });
    return kept.length ? `?${kept.join('&')}` : '';
  });
  const values = [...preferred, ...others];
  const value = values.find((text) => SESSION_ID.test(text)) ?? values[0];
  return value === undefined ? undefined : { value, cleaned };
}

/** As `URLSearchParams` decodes, but for broken escapes, which stay as they are. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
