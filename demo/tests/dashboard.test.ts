/** The merchant's dashboard in real Chromium, as the canister serves it: signing in, the official client, the real Wasm, and Stripe's stand-in. */
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MERCHANT, startWorld, type World } from '../world.js';
import { launch, screenshot } from './browser.js';

const CONTROLLER = Principal.selfAuthenticating(Uint8Array.of(1));
const Changes = IDL.Record({ admins: IDL.Opt(IDL.Vec(IDL.Principal)), payment_links: IDL.Opt(IDL.Vec(IDL.Text)), shoppers_sign_in: IDL.Opt(IDL.Bool) });

let browser: Browser;
let world: World;
let axe: string;
let context: BrowserContext;
let page: Page;
/** What the browser complains about. */
let complaints: string[];

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', ({ message }) => void complaints.push(`uncaught: ${message}`));
});
afterEach(() => context.close());

async function start(): Promise<void> {
  world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, ic: { nodes: 4 }, controller: CONTROLLER });
}

/** Signs in through the window of the identity provider. */
async function signIn(user = MERCHANT, label = 'Sign in with Internet Identity'): Promise<void> {
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: label }).click();
  await (await opened).getByRole('button', { name: user, exact: true }).click();
}

/** Changes settings as a controller does by command line. */
async function configure(changes: { admins?: Principal[]; payment_links?: string[]; shoppers_sign_in?: boolean }): Promise<void> {
  const { admins, payment_links: links, shoppers_sign_in: signing } = changes;
  const opt = <T>(value: T | undefined) => (value === undefined ? [] : [value]);
  await world.ic.update(world.canister, 'update_settings', new Uint8Array(IDL.encode([Changes], [{ admins: opt(admins), payment_links: opt(links), shoppers_sign_in: opt(signing) }])), CONTROLLER);
}

/** Signs in as the administrator. */
async function enter(): Promise<void> {
  await signIn();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

const goTo = (view: string) => page.getByRole('navigation').getByRole('button', { name: view }).click();

/** Has the dashboard look at the canister now. */
const look = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

/** A webhook endpoint at Stripe; returns its secret. */
function addWebhook(): string {
  return world.stripe!.createWebhookEndpoint({ url: `${world.gateway}/webhook?canisterId=${world.canister.toText()}` }).secret;
}

async function audit(): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => (await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
}

describe('who comes', () => {
  // Who comes changes nothing.
  beforeAll(start);
  afterAll(() => world.close());
  beforeEach(() => page.goto(world.dashboard));

  it('sees only how to sign in, and not even that where nothing is verified', async () => {
    await page.getByRole('button', { name: 'Sign in with Internet Identity' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await audit()).toEqual([]);
    await page.goto(world.dashboard.replace('.localhost', '.raw.localhost'));
    const link = page.getByRole('link', { name: 'Open the dashboard at its verified address' });
    expect(await link.getAttribute('href')).toBe(world.dashboard);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await audit()).toEqual([]);
    expect(complaints).toEqual([]);
    await page.route('**/ic-stripe-dashboard.js', (route) => route.abort());
    await link.click();
    await page.getByRole('alert').getByText('The dashboard could not be loaded.').waitFor();
    expect(await audit()).toEqual([]);
  });

  it('stays signed in over a reload, and is no longer in any tab once signed out in one', async () => {
    await enter();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const other = await context.newPage();
    await other.goto(world.dashboard);
    await other.getByRole('heading', { name: 'Overview' }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have signed out in another tab.').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await other.close();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in with Internet Identity' }).waitFor();
    // With a key of its own again, which outlives a reload, too.
    await enter();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('is told when the window is closed or blocked, and can try again', async () => {
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Sign in with Internet Identity' }).click();
    await (await opened).close();
    await page.getByText('The sign-in window was closed').waitFor();
    // As a browser does that blocks windows.
    await page.evaluate(() => {
      const blocked = Object.assign(globalThis, { allowed: Reflect.get(window, 'open') });
      blocked.open = () => null;
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Allow pop-ups for this page').waitFor();
    await page.evaluate(() => {
      window.open = (globalThis as unknown as { allowed: typeof window.open }).allowed;
    });
    await signIn(MERCHANT, 'Try again');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('is told when nothing can be reached, and sees on by itself when it can again, until the session has run out', async () => {
    await enter();
    await page.getByText('Nothing needs you.').waitFor();
    await context.setOffline(true);
    await look();
    await page.getByText('The canister cannot be reached. Check your connection and try again.').waitFor();
    await context.setOffline(false);
    await look();
    await page.getByText('The canister cannot be reached.').waitFor({ state: 'detached' });
    await page.evaluate((later) => {
      const { now } = Date;
      Date.now = () => now() + later;
    }, 8 * 3_600_000);
    await look();
    await page.getByText('Your session is over. Sign in again to go on.').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('is signed out once nobody has been there for 30 minutes', async () => {
    await page.clock.install();
    await page.reload();
    await enter();
    await page.clock.fastForward('31:00');
    await page.getByText('Nobody was here for 30 minutes, so you were signed out.').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await page.reload();
    await page.getByRole('button', { name: 'Sign in with Internet Identity' }).waitFor();
    // A look at the canister with a clock that is 31 minutes ahead is refused.
    expect(complaints.filter((complaint) => complaint.startsWith('uncaught'))).toEqual([]);
  });
});

describe('an administrator', () => {
  beforeEach(async () => {
    await start();
    await page.goto(world.dashboard);
    await enter();
  });
  afterEach(() => world.close());

  it('sets the webhook up, sees a payment come, asks Stripe about it, and sees a dispute', async () => {
    await goTo('Set-up');
    await page.getByText('Stripe answers, in test mode.').waitFor();
    await page.getByText('There is no signing secret').waitFor();
    await goTo('Settings');
    await page.getByLabel('Add one').fill(addWebhook());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await page.getByText('Keep the one that ends in').count()).toBe(1);

    await goTo('Payments');
    await page.getByText('There is no payment yet.').waitFor();
    const { id } = world.stripe!.createSession({ client_reference_id: 'order-42-isp1abcdefghijklmnopqrstuvwxyz' });
    world.stripe!.pay(id);
    await world.stripe!.deliveriesSettled();
    const row = page.getByRole('button', { name: /order-42/ });
    // Once the canister has looked it up.
    await expect.poll(async () => (await look(), row.count()), { timeout: 10_000, interval: 300 }).toBe(1);
    await row.click();
    await page.getByRole('button', { name: 'Ask Stripe again' }).click();
    await page.getByText('Stripe says: paid, €19.99.').waitFor();
    expect(await page.getByRole('link', { name: 'Open in Stripe' }).getAttribute('href')).toMatch(/^https:\/\/dashboard\.stripe\.com\/test\/payments\/pi_/);
    await screenshot(page, 'dashboard-payment');
    expect(await audit()).toEqual([]);

    world.stripe!.dispute(id);
    await world.stripe!.deliveriesSettled();
    await goTo('Overview');
    await page.getByRole('heading', { name: /^Disputed: €19\.99, order-42/ }).waitFor();
    await screenshot(page, 'dashboard-overview');
    expect(await audit()).toEqual([]);
    await goTo('Set-up');
    await page.getByText('The last event arrived').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is told that a controller has changed the settings meanwhile, and loses nothing, and hears the canister’s own words when it refuses', async () => {
    await goTo('Settings');
    expect(await page.getByLabel('Administrators').getAttribute('readonly')).toBe('');
    await page.getByLabel('Payment links', { exact: true }).fill('plink_mine');
    await configure({ payment_links: ['plink_theirs'], shoppers_sign_in: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Someone else changed the settings meanwhile: Payment links, Shoppers who sign in.').waitFor();
    expect(await page.getByLabel('Payment links', { exact: true }).inputValue()).toBe('plink_theirs\nplink_mine');
    expect(await page.getByLabel('May sign in').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await page.reload();
    await goTo('Settings');
    expect(await page.getByLabel('Payment links', { exact: true }).inputValue()).toBe('plink_theirs\nplink_mine');
    await screenshot(page, 'dashboard-settings');

    // The key in use is a test key, which the page cannot know.
    await page.getByLabel('Mode', { exact: true }).selectOption('Live');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('livemode must be false with a test key: test payments are not money.').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('who is no administrator', () => {
  beforeAll(start);
  afterAll(() => world.close());

  it('sees who they are, until a controller makes them one', async () => {
    await page.goto(world.dashboard);
    await signIn('Somebody else');
    await page.getByRole('heading', { name: 'You are not an administrator' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await audit()).toEqual([]);
    const principal = await page.getByLabel('your principal').innerText();
    expect(await page.getByLabel('the command for icp').innerText()).toContain(`admins = opt vec { principal "${principal}" }`);
    await configure({ admins: [Principal.fromText(principal)] });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
