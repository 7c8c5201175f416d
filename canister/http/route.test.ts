import { describe, expect, it } from 'vitest';
import { routeOf } from './route.js';

const ID = 'cs_test_a1B2';

describe('a request for a payment', () => {
  it.each([`/checkout/${ID}`, `/checkout/${ID}/`, `/checkout/${ID}?n=1`, `/checkout/${ID}/?canisterId=aaaaa-aa`])('%s', (url) => {
    expect(routeOf('GET', url)).toEqual({ kind: 'checkout', id: ID, livemode: false, hasSlash: /\/(\?|$)/.test(url) });
  });

  it('tells live from test', () => {
    expect(routeOf('GET', '/checkout/cs_live_b1')).toMatchObject({ livemode: true });
  });

  it.each([
    '/checkout',
    '/checkout/',
    '/checkout/?limit=2',
    '/checkout//',
    '/checkout/..',
    `/checkout/../${ID}`,
    `/checkout/${ID}/..`,
    `/checkout/${ID}/line_items`,
    `/checkout/${ID}#x`,
    `/checkout/${ID}%3Fexpand[]=customer`,
    `/checkout/${ID}%20`,
    `/checkout/${ID} `,
    `/checkout/${ID}\r\nx: y`,
    '/checkout/cs_test_',
    '/checkout/cs_prod_a1',
    '/checkout/CS_TEST_a1',
    '/checkout/pi_123',
    `/checkout/cs_test_${'a'.repeat(241)}`,
    `/checkout/cs_test_${'a'.repeat(10_000)}`,
    '/checkout/cs_test_ä',
  ])('%j is refused with the reason', (url) => {
    expect(routeOf('GET', url)).toMatchObject({ kind: 'refused', status: 400, refusal: { error: { code: 'invalid_session_id' } } });
  });

  it.each(['{CHECKOUT_SESSION_ID}', '%7BCHECKOUT_SESSION_ID%7D', '%7bCHECKOUT_SESSION_ID%7d'])('%s says how to mend the link', (id) => {
    const route = routeOf('GET', `/checkout/${id}`);
    expect(route).toMatchObject({ kind: 'refused', status: 400, refusal: { error: { code: 'unfilled_placeholder' } } });
    expect(JSON.stringify(route)).toContain('redirect URL');
  });
});

it.each(['/', '', '/checkouts/x', '/checkoutx', `/a/checkout/${ID}`, `//checkout/${ID}`, `checkout/${ID}`, '/favicon.ico'])('%j is not there', (url) => {
  expect(routeOf('GET', url)).toMatchObject({ kind: 'refused', status: 404 });
});

it.each(['POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'get', ''])('%s asks for nothing', (method) => {
  expect(routeOf(method, `/checkout/${ID}`)).toMatchObject({ kind: 'refused', status: 405 });
});

it('a preflight is one whatever the path', () => {
  for (const url of [`/checkout/${ID}`, '/checkout/..', '/favicon.ico', '/']) expect(routeOf('OPTIONS', url)).toEqual({ kind: 'preflight' });
});
