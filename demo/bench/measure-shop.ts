/** What a shopper waits for: from Stripe's page back to the shop until it says paid, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { findChromium } from '../../find-chromium.mjs';
import { launch } from '../tests/browser.js';
import { startWorld } from '../world.js';
import { ToolMissing, type Measurement } from './measurement.js';

/** How long consensus takes for each round, in milliseconds: none, and as on mainnet. */
const ROUNDS = [0, 2_000];

/** @throws {ToolMissing} where there is no Chromium */
export async function measureShop(): Promise<Measurement[]> {
  try {
    findChromium();
  } catch (error) {
    throw new ToolMissing((error as Error).message);
  }
  const browser = await launch();
  try {
    const measurements: Measurement[] = [];
    for (const roundMs of ROUNDS) measurements.push(...(await measureReturn(browser, roundMs)));
    return measurements;
  } finally {
    await browser.close();
  }
}

async function measureReturn(browser: Browser, roundMs: number): Promise<Measurement[]> {
  const world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, ic: { nodes: 13, faults: { roundMs } } });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    // Counted from the beginning of the navigation that leads back.
    await page.addInitScript(`addEventListener('ic-stripe-paid', () => { globalThis.paidAfter = performance.now(); })`);
    let requests = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.startsWith('/checkout/')) requests += 1;
    });
    await page.goto(world.shop);
    await pay(page);
    const paidAfter = await page.waitForFunction('globalThis.paidAfter');
    const rounds = `rounds of ${roundMs / 1_000} s`;
    return [
      { name: `requests from return to paid, ${rounds}`, value: requests, unit: 'requests' },
      { name: `time from return to paid, ${rounds}`, value: Math.round((await paidAfter.jsonValue()) as number), unit: 'ms' },
    ];
  } finally {
    await context.close();
    await world.close();
  }
}

async function pay(page: Page): Promise<void> {
  await page.locator('ic-stripe-pay').getByRole('button', { name: 'Buy now' }).click();
  await page.locator('#email').fill('ada@example.com');
  await page.locator('#cardNumber').fill('4242 4242 4242 4242');
  await page.locator('#cardExpiry').fill('12 / 40');
  await page.locator('#cardCvc').fill('123');
  await page.locator('#billingName').fill('Ada Lovelace');
  await page.locator('.SubmitButton').click();
}
