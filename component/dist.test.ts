/** What is shipped: its size, its manners where there is no DOM, and that it works under a strict policy. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../find-chromium.mjs';
import { LOCALES } from './locale-files.js';

const FILE = new URL('../dist/ic-stripe-pay.js', import.meta.url);
const script = await readFile(FILE, 'utf8');

it('the file that stands alone is at most 15,000 bytes, packed', () => {
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(15_000);
});

it('the scripts know the languages by their bytes', async () => {
  for (const file of ['ic-stripe-pay.js', 'ic-stripe-pay.classic.js']) {
    const text = await readFile(new URL(`../dist/${file}`, import.meta.url), 'utf8');
    for (const language of Object.keys(LOCALES)) {
      const bytes = await readFile(new URL(`../dist/locales/${language}.json`, import.meta.url));
      expect(text).toContain(`sha256-${createHash('sha256').update(bytes).digest('base64')}`);
    }
  }
});

it('what is for site builders only is loaded when there is something to mend', async () => {
  const { REMEDIES } = (await import(new URL('../dist/remedies.js', import.meta.url).href)) as { REMEDIES: Record<string, string> };
  expect(Object.values(REMEDIES)).toContain('Set payment-link.');
  for (const file of ['element.js', 'controller.js']) {
    expect(await readFile(new URL(`../dist/${file}`, import.meta.url), 'utf8')).not.toContain('Set payment-link.');
  }
});

it('the controller has nothing of Lit, nor of looks', async () => {
  expect(await readFile(new URL('../dist/controller.js', import.meta.url), 'utf8')).not.toMatch(/from ?["']|litHtml|<slot|Payment received/);
});

it('the file that stands alone imports nothing, but what signs shoppers in where they are to', () => {
  expect(script.match(/\bimport\b(?!\.meta)[^)]*\)/g)).toEqual(['import("./ic-stripe-sign-in.js")']);
});

for (const file of ['ic-stripe-pay.js', 'index.js', 'element.js']) {
  it(`${file} can be imported where there is no DOM`, async () => {
    const exports = (await import(new URL(`../dist/${file}`, import.meta.url).href)) as { IcStripePay: { version: string } };
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(exports.IcStripePay.version).toBe(version);
  });
}

it('the npm entry leaves Lit to the site', async () => {
  const element = await readFile(new URL('../dist/element.js', import.meta.url), 'utf8');
  expect(element).toMatch(/from ?["']lit["']/);
  expect(element).not.toContain('litHtmlVersions');
});

describe('in a browser', () => {
  const SESSION = 'cs_test_a1';
  const payment = { id: SESSION, client_reference_id: null, amount_total: 80, currency: 'jpy', amount_refunded: 0, livemode: false };
  let browser: Browser;
  let server: Server;
  let origin: string;
  let policy: string;
  let lookUps: number;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://localhost');
      if (pathname.endsWith('.js')) return response.setHeader('content-type', 'text/javascript').end(script);
      if (pathname.startsWith('/checkout/')) {
        lookUps++;
        return response.setHeader('content-type', 'application/json').end(JSON.stringify({ status: 'paid', payment }));
      }
      return response
        .setHeader('content-type', 'text/html')
        .setHeader('content-security-policy', policy)
        .end(`<!doctype html><title>shop</title><ic-stripe-pay payment-link="https://buy.stripe.com/test_1" gateway="${origin}" locale="en"></ic-stripe-pay>
          <script type="module" src="/one.js"></script><script type="module" src="/two.js"></script>`);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  for (const [what, directives] of [
    ['none', ''],
    ["one that lists the file's own policy", "trusted-types ic-stripe-pay; require-trusted-types-for 'script'"],
    ['one that lists none', 'trusted-types'],
  ]) {
    it(`two copies of it confirm one payment once, under Trusted Types: ${what}`, async () => {
      policy = `default-src 'none'; script-src 'self'; connect-src 'self'; ${directives}`;
      lookUps = 0;
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.addInitScript(() => {
        document.addEventListener('ic-stripe-paid', () => (document.title += ' paid'));
      });
      await page.goto(`${origin}/?check_out_session_id=${SESSION}`);
      await page.getByText('¥80').waitFor();
      expect(await page.title()).toBe('shop paid');
      expect(page.url()).toBe(`${origin}/`);
      expect(errors).toEqual([]);
      expect(lookUps).toBe(1);
      await page.reload();
      await page.getByText('Payment received').waitFor();
      expect(await page.title()).toBe('shop');
      await page.close();
    });
  }
});
