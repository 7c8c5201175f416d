import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startStripe } from './index.js';
import { rejection } from './testing.js';

test('listens on both addresses that localhost can mean', async () => {
  const stripe = await startStripe({ port: 0 });
  expect(stripe.url).toBe(`http://localhost:${stripe.port}`);
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    expect((await fetch(`http://${host}:${stripe.port}/`)).status).toBe(200);
  }
  await stripe.close();
  await rejection(fetch(stripe.url));
});

test.each(['127.0.0.1', '::1'])('rejects when the port is taken on %s, and leaves nothing behind', async (host) => {
  const other = createServer().listen(0, host);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await rejection(startStripe({ port }))).toMatchObject({ code: 'EADDRINUSE' });
  other.close();
  await once(other, 'close');
  await (await startStripe({ port })).close();
});

test('closing ends what hangs', async () => {
  const stripe = await startStripe({ port: 0 });
  stripe.script('*', [{ kind: 'hang' }]);
  const hanging = rejection(fetch(`${stripe.url}/v1/anything`));
  await expect.poll(() => stripe.requests.length).toBe(1);
  await stripe.close();
  expect(await hanging).toBeInstanceOf(TypeError);
});

test('keys are restricted ones, new each time', async () => {
  const [one, two] = await Promise.all([startStripe({ port: 0 }), startStripe({ port: 0 })]);
  expect(one.keys.good).toMatch(/^rk_test_\w{99}$/);
  expect(one.keys.live).toMatch(/^rk_live_/);
  expect(one.keys.good).not.toBe(two.keys.good);
  await Promise.all([one.close(), two.close()]);
});

test('two links cannot share an address', async () => {
  const stripe = await startStripe({ port: 0 });
  const options = { product: 'Bag', amount: 1, currency: 'eur', slug: 'test_same' };
  expect(stripe.createPaymentLink(options).url).toBe(`${stripe.url}/test_same`);
  expect(() => stripe.createPaymentLink(options)).toThrow('already');
  await stripe.close();
});
