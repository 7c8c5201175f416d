import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { signatureHeader } from './webhook-signature.js';

const { webhooks } = new Stripe('rk_test_unused');
const SECONDS = 1_795_561_771;
const BODY = '{\n  "id": "evt_1",\n  "object": "event",\n  "name": "Zo\u00eb \u{1F6B2}"\n}';
const ONE = 'whsec_one';
const TWO = 'whsec_two';

const accepts = (header: string, secret: string, { body = BODY, seconds = SECONDS } = {}) => {
  try {
    return webhooks.constructEvent(body, header, secret, 300, undefined, seconds * 1000).id === 'evt_1';
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
};

test('a header is the one that the official package makes', () => {
  const official = webhooks.generateTestHeaderString({ payload: BODY, secret: ONE, timestamp: SECONDS });
  expect(signatureHeader(BODY, SECONDS, [ONE], true)).toBe(official);
});

test('in test mode a v0 follows, which counts for nothing', () => {
  const header = signatureHeader(BODY, SECONDS, [ONE], false);
  expect(header).toMatch(/^t=1795561771,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$/);
  expect(accepts(header, ONE)).toBe(true);
  expect(accepts(header.replace(/v1=\w+,v0/, 'v1'), ONE)).toBe(false);
});

describe('the official package', () => {
  const header = signatureHeader(BODY, SECONDS, [ONE, TWO], false);

  test('accepts any of several secrets, and no other', () => {
    expect([ONE, TWO, 'whsec_three'].map((secret) => accepts(header, secret))).toEqual([true, true, false]);
  });

  test('refuses another body, another time and an old one', () => {
    expect(accepts(header, ONE, { body: JSON.stringify(JSON.parse(BODY)) })).toBe(false);
    expect(accepts(header.replace(`t=${SECONDS}`, `t=${SECONDS + 1}`), ONE)).toBe(false);
    expect(accepts(header, ONE, { seconds: SECONDS + 300 })).toBe(true);
    expect(accepts(header, ONE, { seconds: SECONDS + 301 })).toBe(false);
  });
});
