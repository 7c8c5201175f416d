/** What the canister serves beside its answers: the element's script, its languages, and the page that builds the tag. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PathTree } from '../../canister/assets/path-tree.js';
import { staticFiles } from '../../dist/canister/static-files.js';
import { listen } from '../local/listen.js';
import { launch } from './browser.js';
import { CanisterWorld, NO_ARGUMENT } from './canister-world.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

let world: CanisterWorld;
beforeAll(async () => {
  world = await CanisterWorld.start();
});
afterAll(() => world.close());

/** As a browser gets it: the gateway passes on what it could verify, and nothing else. */
function get(path: string, raw = false): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  const { port } = new URL(world.origin);
  const host = `${world.canister.toText()}${raw ? '.raw' : ''}.localhost:${port}`;
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });
}

describe('each file', () => {
  it.each(staticFiles.files.map(({ path }) => [path]))('%s passes the gateway, verified, and is the same on the raw host', async (path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' });
    expect(headers['ic-certificate']).toBeDefined();
    const raw = await get(`${path}?n=1`, true);
    expect(raw.body.equals(body)).toBe(true);
    expect(gunzipSync(body).length).toBeGreaterThan(100);
  });

  it('is in the tree whose hashes the build has worked out', () => {
    for (const side of ['before', 'after'] as const) {
      expect(Buffer.from(new PathTree(staticFiles.files, side, bytes).hash).toString('hex')).toBe(staticFiles[side]);
    }
  });

  it('is served still when answers are certified, and after an upgrade', async () => {
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect((await get('/ic-stripe-pay.js')).status).toBe(200);
    expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    expect(world.lookups).toBe(1);
    await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
    expect((await get('/ic-stripe-pay.js')).status).toBe(200);
  });
});

it('the script is the one that was built, and has an address of its own that may be kept for ever', async () => {
  const built = await readFile(new URL('../../dist/canister/ic-stripe-pay.js', import.meta.url));
  const name = `/ic-stripe-pay-${createHash('sha256').update(built).digest('hex').slice(0, 16)}.js`;
  for (const path of ['/ic-stripe-pay.js', name]) expect(gunzipSync((await get(path)).body).equals(built)).toBe(true);
  expect((await get(name)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await get('/ic-stripe-pay.js')).headers['cache-control']).toBe('public, max-age=300');
  expect(gzipSync(built, { level: 9 }).length).toBeLessThanOrEqual(15_000);
});

it.each(['/nothing', '/locales', '/locales/', '/locales/xx.json', '/locales/de.json/', '//', '/ic-stripe-pay.js/..', '/site.js/'])('%s is nothing', async (path) => {
  expect((await get(path)).status).toBe(404);
});

describe('the domains in the settings', () => {
  const file = async (name: string) => (await get(`/.well-known/${name}`)).body.toString();

  it('are told to gateways and to Internet Identity, certified, at once and after an upgrade', async () => {
    const own = ['ic0.app', 'icp.net'].map((gateway) => `https://${world.canister.toText()}.${gateway}`);
    expect(JSON.parse(await file('ii-alternative-origins'))).toEqual({ alternativeOrigins: own });
    expect(await file('ic-domains')).toBe('');
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    await world.checkout(id);
    await world.updateSettings({ domains: ['pay.example.com', 'admin.example.com'] });
    for (const isUpgraded of [false, true]) {
      if (isUpgraded) await world.ic.upgrade(world.canister, world.wasm, NO_ARGUMENT);
      const { status, headers, body } = await get('/.well-known/ii-alternative-origins');
      expect([status, JSON.parse(body.toString())]).toEqual([200, { alternativeOrigins: [...own, 'https://pay.example.com', 'https://admin.example.com'] }]);
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'access-control-allow-origin': '*' });
      expect(headers['ic-certificate']).toBeDefined();
      expect(await file('ic-domains')).toBe('pay.example.com\nadmin.example.com\n');
      expect((await get('/')).status).toBe(200);
      expect((await get('/site.js')).status).toBe(200);
      expect(await world.checkout(id)).toMatchObject({ status: 'paid' });
    }
    await world.updateSettings({ domains: [] });
    expect(await file('ic-domains')).toBe('');
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  const pages: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });

  it('the page builds a tag that works as it is pasted, with nothing but a payment link', async () => {
    const page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
    pages.push(page);
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
    await page.goto(`${world.origin}/`);
    await page.getByLabel('Payment link').fill('https://buy.stripe.com/test_1');
    await page.getByLabel('Reference').fill('order-42');
    await page.getByLabel('Language').selectOption('de');
    await page.locator('#preview ic-stripe-pay').getByRole('button', { name: 'Bezahlen' }).waitFor();
    expect(trouble).toEqual([]);
    await page.screenshot({ path: 'artifacts/canister-page.png' });
    const code = (await page.locator('#code').textContent())!;
    expect(code).toMatch(/ integrity="sha384-[A-Za-z0-9+/]{64}" crossorigin="anonymous"/);

    // On another site, after a payment.
    const { id } = world.stripe.createSession();
    world.stripe.pay(id);
    const shop = await browser.newPage();
    pages.push(shop);
    const site = await listen((_, response) => response.setHeader('content-type', 'text/html').end(`<!doctype html><title>shop</title>${code}`), 0);
    pages.push(site);
    await shop.goto(`http://shop.localhost:${site.port}/?check_out_session_id=${id}`);
    await shop.getByText('19,99 €').waitFor();
  });
});
