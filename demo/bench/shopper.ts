/** What a shopper brings along: a payment on Stripe, and a browser. Made up, and the same in every run. */
import { createHash } from 'node:crypto';
import type { SessionOptions } from '../local/stripe/index.js';
import { ID_LENGTH } from './seed-payment.js';

/** The id of a made-up Checkout Session: as long as Stripe's are today, in no order, and no other number's. */
export function sessionId(index: number): string {
  const random = createHash('sha512').update(`session ${index}`).digest('base64').replace(/\W/g, 'x');
  return `cs_test_a1${random}`.slice(0, ID_LENGTH);
}

/** The id of the event about a session. */
export function eventId(session: string): string {
  return `evt_1${session.slice(-23)}`;
}

/** A payment by a payment link without extras, paid by card, with the fields that Stripe draws at random made up. */
export function paidSession(id: string): SessionOptions {
  return {
    id,
    status: 'complete',
    client_reference_id: 'order-42-isp1abcdefghijklmnopqrstuvwxyz',
    payment_link: 'plink_1SAbCdEfGhIjKlMnOpQrStUv',
    payment_intent: 'pi_3SAbCdEfGhIjKlMnOpQrStUv',
    custom_fields: [],
  };
}

/** The headers of a page's request as they reach a canister: the browser's, `host` first as HTTP/1.1 wants it, and the gateway's. */
export function browserHeaders(host: string): [string, string][] {
  return [
    ['host', host],
    ['sec-ch-ua-platform', '"Windows"'],
    ['user-agent', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'],
    ['sec-ch-ua', '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"'],
    ['sec-ch-ua-mobile', '?0'],
    ['accept', '*/*'],
    ['origin', 'https://shop.example'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-dest', 'empty'],
    ['referer', 'https://shop.example/'],
    ['accept-encoding', 'gzip, deflate, br, zstd'],
    ['accept-language', 'en-GB,en;q=0.9,de;q=0.8'],
    ['priority', 'u=1, i'],
    ['cache-control', 'no-cache'],
    ['pragma', 'no-cache'],
    ['dnt', '1'],
    ['x-forwarded-for', '203.0.113.7'],
    ['x-forwarded-host', host],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '203.0.113.7'],
    ['x-request-id', '0193a5b2-7c1e-7d4f-9a3b-2f6c8d1e0a47'],
  ];
}
