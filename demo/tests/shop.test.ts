/** The main job, whole: real Chromium, the shop, Stripe's stand-in, the gateway, the canister's Wasm. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../world.js';
import { launch, screenshot } from './browser.js';

let browser: Browser;
let world: World;
let context: BrowserContext;
let page: Page;
/** What the page has asked the canister. */
let asked: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, ic: { nodes: 4 } });
  context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
  page = await context.newPage();
  asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/checkout/')) asked.push(request.method());
  });
  await page.goto(world.shop);
});
afterEach(async () => {
  await context.close();
  await world.close();
});

const tag = () => page.locator('ic-stripe-pay');
const button = () => tag().getByRole('button', { name: 'Buy now' });
const status = () => tag().getByRole('status');
/** How often the tag has fired an event since the page was loaded. */
const fired = (type: string, detail = '') => page.locator('#events li').filter({ hasText: `${type} ${detail}` }).count();

/** From the shop to Stripe's page. */
async function leave(): Promise<void> {
  await button().click();
  await page.locator('#cardNumber').waitFor();
}

async function pay(card = '4242 4242 4242 4242'): Promise<void> {
  await page.locator('#email').fill('ada@example.com');
  await page.locator('#cardNumber').fill(card);
  await page.locator('#cardExpiry').fill('12 / 40');
  await page.locator('#cardCvc').fill('123');
  await page.locator('#billingName').fill('Ada Lovelace');
  await page.locator('.SubmitButton').click();
}

async function paid(): Promise<void> {
  await status().getByText('€19.99').waitFor();
}

/** As {@link paid}, where the shopper did not just come back: whoever looks has to ask for the amount. */
async function paidBefore(): Promise<void> {
  await status().getByText('Payment received').waitFor();
  expect(await status().getByText('€19.99').count()).toBe(0);
  await tag().getByRole('button', { name: 'Show details' }).click();
  await paid();
}

describe('a shopper', () => {
  it('pays, comes back, and sees it confirmed after one request', async () => {
    await screenshot(page, 'shop');
    await leave();
    await screenshot(page, 'stripe');
    await pay();
    await paid();
    await screenshot(page, 'paid');
    await screenshot(page, 'readme', '.product'); // kept as docs/paid.png
    expect(asked).toEqual(['GET']);
    expect(page.url()).toBe(`${world.shop}/`);
    expect(await fired('ic-stripe-paid')).toBe(1);
    expect(await button().count()).toBe(0);
    const [session] = world.stripe!.sessions;
    expect(session.client_reference_id).toMatch(/^order-42-isp1[a-z2-7]{26}$/);
    await expect(status().textContent()).resolves.toContain(session.client_reference_id!.slice(-6));
  });

  it('whose card is declined pays with another', async () => {
    await leave();
    await pay('4000 0000 0000 0002');
    await page.getByText(/declined/i).first().waitFor();
    await screenshot(page, 'declined');
    await pay();
    await paid();
    expect(asked).toEqual(['GET']);
  });

  it('who comes back without paying can try again', async () => {
    await page.evaluate(`addEventListener('pageshow', (event) => (document.title = String(event.persisted)))`);
    await leave();
    await page.evaluate('history.back()');
    await button().waitFor();
    await expect.poll(() => page.title()).toBe('true'); // the page as it was left, the click and all
    expect(await button().isEnabled()).toBe(true);
    expect(asked).toEqual([]);
    await screenshot(page, 'back');
    await leave();
    await pay();
    await paid();
  });

  it('who reloads still sees it paid, and the page is not told twice', async () => {
    await leave();
    await pay();
    await paid();
    await page.reload();
    await paidBefore();
    await screenshot(page, 'reloaded');
    expect(await fired('ic-stripe-paid')).toBe(0);
    expect(await fired('ic-stripe-status', 'paid')).toBe(1);
    expect(await button().count()).toBe(0);
  });

  it('with a made-up session id is told that there is no such payment', async () => {
    await page.goto(`${world.shop}/?check_out_session_id=cs_test_a1madeUp`);
    await status().getByText('Payment not found').waitFor();
    await screenshot(page, 'not-found');
    expect(asked).toEqual(['GET']);
    expect(await fired('ic-stripe-paid')).toBe(0);
  });

  it('sees it confirmed although Stripe fails twice before it answers', async () => {
    await leave();
    const [session] = world.stripe!.sessions;
    world.stripe!.script(session.id, [{ kind: 'api_error', times: 8 }]); // two lookups by four nodes
    await pay();
    await expect.poll(() => asked.length).toBe(1);
    await screenshot(page, 'trouble');
    await paid();
    expect(asked).toEqual(['GET', 'GET', 'GET']);
    expect(await fired('ic-stripe-paid')).toBe(1);
  });

  it('sees it confirmed by a canister that was upgraded meanwhile', async () => {
    await leave();
    // Paid, and told to nobody yet: the way back is held until the canister has been upgraded.
    await page.route(/check_out_session_id/, async (route) => {
      await world.upgrade();
      await route.continue();
    });
    await pay();
    await paid();
    await expect.poll(() => world.stripe!.requests.length).toBe(4); // nodes
    await world.upgrade();
    await page.reload();
    await paidBefore();
    expect(world.stripe!.requests).toHaveLength(4);
  });

  it('whose tab never came back finds the payment on the next visit', async () => {
    await leave();
    await page.route(/check_out_session_id/, (route) => route.abort());
    await pay();
    await expect.poll(() => world.stripe!.sessions[0].payment_status).toBe('paid');
    await page.close();
    page = await context.newPage();
    await page.goto(world.shop);
    await paidBefore();
    await screenshot(page, 'found');
    expect(await fired('ic-stripe-paid')).toBe(1);
    expect(await button().count()).toBe(0);
    await tag().page().reload();
    await status().getByText('Payment received').waitFor();
    expect(await fired('ic-stripe-paid')).toBe(0);
  });

  it('is on a page of another origin than the canister', async () => {
    const origins: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/checkout/cs_')) origins.push(new URL(response.url()).host);
    });
    await leave();
    await pay();
    await paid();
    expect(origins).toEqual([`${world.canister.toText()}.${new URL(world.gateway).host}`]);
    expect(origins).not.toContain(new URL(world.shop).host);
  });
});
