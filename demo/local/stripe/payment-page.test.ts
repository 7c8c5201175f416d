import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../../find-chromium.mjs';
import { startStripe, type Session, type StripeStandIn } from './index.js';

let browser: Browser;
let stripe: StripeStandIn;
let shop: Server;
let shopUrl: string;
let page: Page;

beforeAll(async () => {
  stripe = await startStripe({ port: 0 });
  shop = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Shop</title><h1>Shop</h1>');
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
}, 30_000);

afterAll(async () => {
  await browser.close();
  await stripe.close();
  shop.close();
});

beforeEach(async () => {
  const context = await browser.newContext();
  page = await context.newPage();
  return () => context.close();
});

const latest = () => stripe.sessions.at(-1) as Session;

async function openShopAndLink(): Promise<void> {
  const link = stripe.createPaymentLink({
    product: 'Waxed canvas bicycle bag',
    amount: 1999,
    currency: 'eur',
    afterPayment: `${shopUrl}/?check_out_session_id={CHECKOUT_SESSION_ID}#/orders`,
  });
  await page.goto(`${shopUrl}/`);
  await page.goto(link.url);
}

/** Drives the page as a script written for Stripe's own does: by ids and one class. */
async function fillAndSubmit(cardNumber: string): Promise<void> {
  await page.fill('#email', 'ada@example.com');
  await page.fill('#cardNumber', cardNumber);
  await page.fill('#cardExpiry', '12 / 34');
  await page.fill('#cardCvc', '123');
  await page.fill('#billingName', 'Ada Lovelace');
  await page.click('.SubmitButton');
}

describe('in a browser', { timeout: 30_000 }, () => {
  test('a card pays and leads back to the shop', async () => {
    await openShopAndLink();
    await fillAndSubmit('4242 4242 4242 4242');
    await page.waitForURL(`${shopUrl}/?check_out_session_id=${latest().id}#/orders`);
    expect(latest().payment_status).toBe('paid');
  });

  test('a declined card is said in place, another pays, and Back still leads to the page', async () => {
    await openShopAndLink();
    await fillAndSubmit('4000 0000 0000 0002');
    await expect.poll(() => page.textContent('#cardNumber-error')).toContain('was declined');
    expect(await page.getAttribute('#cardNumber', 'aria-invalid')).toBe('true');
    expect(await page.inputValue('#cardNumber')).toBe('4000 0000 0000 0002');
    const { id } = latest();
    await fillAndSubmit('4242424242424242');
    await page.waitForURL(/check_out_session_id/);
    expect(stripe.session(id)?.payment_status).toBe('paid');

    // Back is a new opening of the link, and Back once more is the shop.
    await page.goBack();
    expect(await page.isEnabled('.SubmitButton')).toBe(true);
    await expect.poll(() => latest().id).not.toBe(id);
    await page.goBack();
    expect(page.url()).toBe(`${shopUrl}/`);
  });

  test('Back after a declined card leads straight to the shop, and leaves the session open', async () => {
    await openShopAndLink();
    await fillAndSubmit('4000 0000 0000 0002');
    await expect.poll(() => page.textContent('#cardNumber-error')).toContain('was declined');
    await page.goBack();
    expect(page.url()).toBe(`${shopUrl}/`);
    expect(latest().status).toBe('open');
  });

  test('what is typed is grouped as on a card', async () => {
    await openShopAndLink();
    await page.locator('#cardNumber').pressSequentially('4242424242424242');
    await page.locator('#cardExpiry').pressSequentially('434');
    await page.locator('#cardCvc').pressSequentially('12x3');
    expect(await page.inputValue('#cardNumber')).toBe('4242 4242 4242 4242');
    expect(await page.inputValue('#cardExpiry')).toBe('04 / 34');
    expect(await page.inputValue('#cardCvc')).toBe('123');
    await page.locator('#cardExpiry').press('End');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    expect(await page.inputValue('#cardExpiry')).toBe('04');
  });

  test('a delayed method asks for no card', async () => {
    await openShopAndLink();
    await page.check('#payment-method-accordion-item-title-sepa_debit');
    expect(await page.isVisible('#cardNumber')).toBe(false);
    await page.fill('#email', 'ada@example.com');
    await page.fill('#billingName', 'Ada Lovelace');
    await page.click('.SubmitButton');
    await page.waitForURL(/check_out_session_id/);
    expect(latest()).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
  });

  test('it fits a narrow screen', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await openShopAndLink();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });

  test('axe finds nothing to complain about, errors shown and not', async () => {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const complaints = async () => {
      await page.evaluate(source);
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResults> } };
        const { violations } = await axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
    };
    await openShopAndLink();
    expect(await complaints()).toEqual([]);
    await page.click('.SubmitButton');
    await expect.poll(() => page.textContent('#email-error')).toBe('Required');
    expect(await complaints()).toEqual([]);
    await page.goto(stripe.url);
    expect(await complaints()).toEqual([]);
  });

  test('it works without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    await openShopAndLink();
    await fillAndSubmit('4000 0000 0000 0002');
    expect(await page.textContent('#cardNumber-error')).toContain('was declined');
    await fillAndSubmit('4242 4242 4242 4242');
    expect(page.url()).toBe(`${shopUrl}/?check_out_session_id=${latest().id}#/orders`);
    await context.close();
  });
});
