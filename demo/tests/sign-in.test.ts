/** Shoppers who sign in to pay, in real Chromium: the element as it was built, the identity provider's window, the real Wasm, and Stripe's stand-in. */
import { readFile } from 'node:fs/promises';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IcStripePay } from '../../component/element.js';
import type * as SignIn from '../../component/sign-in/index.js';
import { listen, type Listening } from '../local/listen.js';
import { startWorld, type World } from '../world.js';
import { launch, screenshot } from './browser.js';

const CONTROLLER = Principal.selfAuthenticating(Uint8Array.of(1));
const Changes = IDL.Record({ shoppers_sign_in: IDL.Opt(IDL.Bool) });
/** Beside the element's script, wherever that is. */
const MODULE = '/scripts/ic-stripe-sign-in.js';

let browser: Browser;
let world: World;
let shop: Listening;
let origin: string;
let link: string;
let context: BrowserContext;
let page: Page;
/** The scripts that the page has loaded, by their paths. */
let scripts: string[];

beforeAll(async () => {
  browser = await launch();
  world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, controller: CONTROLLER });
  shop = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    if (pathname.endsWith('.js')) {
      void readFile(new URL(pathname.replace('/scripts/', '../../dist/'), import.meta.url)).then(
        (bytes) => response.setHeader('content-type', 'text/javascript').end(bytes),
        () => response.writeHead(404).end(),
      );
    } else {
      const policy = `default-src 'none'; script-src 'self' 'nonce-shop'; connect-src ${world.gateway.replace('//', '//*.')}; trusted-types ic-stripe-pay; require-trusted-types-for 'script'`;
      response.setHeader('content-type', 'text/html').setHeader('content-security-policy', policy);
      response.end(shopPage(searchParams.get('attributes') ?? `sign-in="${world.identityProvider}"`, searchParams.get('script') ?? 'ic-stripe-pay.js'));
    }
  }, 0);
  origin = `http://localhost:${shop.port}`;
  link = world.stripe!.createPaymentLink({ merchant: 'Slow Coffee', product: 'The pour-over set', amount: 1999, currency: 'eur', afterPayment: `${origin}/?check_out_session_id={CHECKOUT_SESSION_ID}` }).url;
});
afterAll(async () => {
  await browser.close();
  await Promise.all([world.close(), shop.close()]);
});

beforeEach(async () => {
  await allow(true);
  context = await browser.newContext();
  page = await context.newPage();
  scripts = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('.js')) scripts.push(pathname);
  });
});
afterEach(() => context.close());

function shopPage(attributes: string, script: string): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title><main><h1>Shop</h1>
    <ic-stripe-pay payment-link="${link}" canister-id="${world.canister.toText()}" gateway="${world.gateway}" reference="order-42" ${attributes}>Buy now</ic-stripe-pay></main>
    <script nonce="shop">errors = []; document.addEventListener('ic-stripe-error', ({ code, message }) => errors.push({ code, message }))</script>
    <script ${script.includes('classic') ? 'defer' : 'type="module"'} src="/scripts/${script}"></script></html>`;
}

/** Whether the merchant lets shoppers sign in. */
async function allow(isAllowed: boolean): Promise<void> {
  await world.ic.update(world.canister, 'update_settings', new Uint8Array(IDL.encode([Changes], [{ shoppers_sign_in: [isAllowed] }])), CONTROLLER);
}

/** Opens the shop, with these attributes on the tag. */
async function visit(attributes?: string): Promise<void> {
  await page.goto(attributes === undefined ? origin : `${origin}/?attributes=${encodeURIComponent(attributes)}`);
}

const tag = () => page.locator('ic-stripe-pay');
const button = () => tag().getByRole('button', { name: 'Buy now' });
const state = () => tag().evaluate((element) => (element as IcStripePay).state);
const errors = () => page.evaluate(() => (globalThis as unknown as { errors: { code: string; message: string }[] }).errors);

/** A click on the button, and the window that it opens. */
async function click(): Promise<Page> {
  const opened = page.waitForEvent('popup');
  await button().click();
  return opened;
}

const continueAs = (name: string, popup: Page) => popup.getByRole('button', { name, exact: true }).click();

/** Waits for Stripe's page, and tells the reference that it was opened with. */
async function leaves(): Promise<string> {
  await page.locator('#cardNumber').waitFor();
  return world.stripe!.sessions.at(-1)!.client_reference_id!;
}

async function pay(): Promise<void> {
  await page.locator('#email').fill('ada@example.com');
  await page.locator('#cardNumber').fill('4242 4242 4242 4242');
  await page.locator('#cardExpiry').fill('12 / 40');
  await page.locator('#cardCvc').fill('123');
  await page.locator('#billingName').fill('Ada Lovelace');
  await page.locator('.SubmitButton').click();
  await tag().getByText('€19.99').waitFor();
}

/** Uses the module on the shop's page, as a shop does. */
function use<T>(how: (module: typeof SignIn, tag: IcStripePay) => T): Promise<Awaited<T>> {
  return page.evaluate(`import('${MODULE}').then((module) => (${how.toString()})(module, document.querySelector('ic-stripe-pay')))`);
}

/** The error that the tag has told of; then its button must work again, and nobody has paid. */
async function failure(): Promise<{ code: string; message: string }> {
  // The client tries more than once.
  await expect.poll(errors, { timeout: 20_000 }).toHaveLength(1);
  await expect.poll(() => button().getAttribute('aria-disabled')).toBe('false');
  expect(await state()).toEqual({ kind: 'idle' });
  expect(new URL(page.url()).origin).toBe(origin);
  expect(await page.evaluate('Object.keys(localStorage)')).toEqual([]);
  return (await errors())[0];
}

describe('a shopper who signs in', () => {
  it('pays with a reference that is issued, comes back, and finds the payment again; somebody else does not', async () => {
    await visit();
    const popup = await click();
    expect(popup.url()).toBe(`${world.identityProvider}/#authorize`);
    expect((await state()).kind).toBe('leaving');
    await tag().getByText('Taking you to Stripe').waitFor();
    await screenshot(page, 'sign-in');
    // Once more, which does nothing.
    await button().click({ force: true });
    await continueAs('Shopper', popup);
    const reference = await leaves();
    expect(reference).toMatch(/^order-42-isp1[a-z2-7]{26}$/);
    await pay();
    expect(await state()).toMatchObject({ kind: 'paid', own: 'yes', payment: { client_reference_id: reference } });
    expect(context.pages()).toHaveLength(1);

    const mine = await use((module, tag) => module.myPayments(tag));
    expect(mine).toEqual([{ status: 'paid', reference, amount_total: 1999, currency: 'eur', amount_refunded: 0, created: expect.any(Number) as number, livemode: false }]);
    expect(Math.abs(mine[0].created - Date.now() / 1000)).toBeLessThan(600);
    const shopper = await use((module) => module.principal());
    expect(Principal.fromText(shopper!).toUint8Array()).toHaveLength(29);

    await use((module) => module.signOut());
    expect(await use((module) => module.principal())).toBeUndefined();
    const opened = page.waitForEvent('popup');
    const theirs = use((module, tag) => module.myPayments(tag));
    await continueAs('Somebody else', await opened);
    expect(await theirs).toEqual([]);
    expect(await use((module) => module.principal())).not.toBe(shopper);
  });

  it('needs no window for the next purchase, and has both among their payments', async () => {
    await visit();
    const popup = await click();
    await popup.getByLabel('Another name').fill('Regular');
    await continueAs('Continue', popup);
    const first = await leaves();
    await pay();
    await visit();
    await button().click();
    const second = await leaves();
    expect(second).not.toBe(first);
    await pay();
    expect(context.pages()).toHaveLength(1);
    expect((await use((module, tag) => module.myPayments(tag))).map(({ reference }) => reference)).toEqual([second, first]);
  });

  it('who clicks before what signs in has arrived signs in once it has', async () => {
    let arrive = () => undefined as void;
    const arrival = new Promise<void>((resolve) => (arrive = resolve));
    await context.route(`${origin}${MODULE}`, async (route) => {
      await arrival;
      await route.continue();
    });
    await visit();
    await button().click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([page.url(), (await state()).kind]).toEqual([`${origin}/`, 'leaving']);
    const opened = page.waitForEvent('popup');
    arrive();
    await continueAs('Shopper', await opened);
    expect(await leaves()).toMatch(/^order-42-isp1/);
  });

  it('stays where the page has put the payment aside, or taken the tag away, while the window was open', async () => {
    await visit();
    let popup = await click();
    await tag().evaluate((element) => (element as IcStripePay).reset());
    await continueAs('Shopper', popup);
    await settled();
    expect([page.url(), (await state()).kind]).toEqual([`${origin}/`, 'idle']);
    await use((module) => module.signOut());
    popup = await click();
    await page.evaluate(`document.querySelector('ic-stripe-pay').remove()`);
    await continueAs('Shopper', popup);
    await settled();
    expect([page.url(), await errors()]).toEqual([`${origin}/`, []]);
  });

  it('pays for what the tag stands for by then', async () => {
    await visit();
    const become = (reference: string) => tag().evaluate((element, name) => ((element as IcStripePay).reference = name), reference);
    const popup = await click();
    await become('order-43');
    let calls = 0;
    await context.route(/\/call$/, async (route) => {
      if (!calls++) await become('order-44');
      await route.continue();
    });
    await continueAs('Shopper', popup);
    expect(await leaves()).toMatch(/^order-44-isp1/);
    expect(calls).toBe(2);
  });

  it('pays by the script for pages that cannot have modules, too', async () => {
    await page.goto(`${origin}/?script=ic-stripe-pay.classic.js`);
    await continueAs('Shopper', await click());
    expect(await leaves()).toMatch(/^order-42-isp1/);
  });

  it('whose payment is to open in a new tab gets a link to it, where the browser has taken the click for the window', async () => {
    await page.addInitScript(() => {
      const open = window.open.bind(window);
      window.open = (url, target, features) => (target === '_blank' ? null : open(url, target, features));
    });
    await visit(`sign-in="${world.identityProvider}" target="_blank"`);
    await continueAs('Shopper', await click());
    const href = await tag().getByRole('link', { name: 'Open the payment page' }).getAttribute('href');
    const kept = await page.evaluate('Object.keys(localStorage)');
    expect(kept).toEqual([`ic-stripe-pay:attempt:${new URL(href!).searchParams.get('client_reference_id')}`]);
  });

  it('pays by the controller, too', async () => {
    await visit('');
    await page.evaluate(`import('/scripts/controller.js').then(({ StripePayController }) => {
      const controller = new StripePayController({ paymentLink: '${link}', canisterId: '${world.canister.toText()}', gateway: '${world.gateway}', signIn: '${world.identityProvider}' });
      controller.connect();
      document.querySelector('h1').onclick = () => controller.pay();
    })`);
    const opened = page.waitForEvent('popup');
    await page.locator('h1').click();
    await continueAs('Shopper', await opened);
    expect(await leaves()).toMatch(/^isp1[a-z2-7]{26}$/);
  });
});

describe('nobody pays, the page is told why, and the button is back', () => {
  it('where the browser blocks the window; the next click may open it', async () => {
    await page.addInitScript(() => {
      const open = window.open.bind(window);
      let isFirst = true;
      window.open = (...address) => {
        if (!isFirst) return open(...address);
        isFirst = false;
        return null;
      };
    });
    await visit();
    await button().click();
    expect(await failure()).toMatchObject({ code: 'sign_in_blocked', message: expect.stringContaining('pop-ups') as string });
    await continueAs('Shopper', await click());
    await leaves();
  });

  it('where the shopper closes it, or cancels', async () => {
    await visit();
    await (await click()).close();
    expect(await failure()).toMatchObject({ code: 'sign_in_closed' });
    await visit();
    await continueAs('Cancel', await click());
    expect(await failure()).toMatchObject({ code: 'sign_in_closed' });
  });

  it('where shoppers are not to sign in: in the canister’s words', async () => {
    await allow(false);
    await visit();
    await continueAs('Shopper', await click());
    expect(await failure()).toEqual({ code: 'sign_in_refused', message: expect.stringContaining('an administrator can set shoppers_sign_in') as string });
  });

  it('where the canister cannot be reached', async () => {
    await visit();
    await context.route(/\/api\/v/, (route) => route.abort());
    await continueAs('Shopper', await click());
    expect(await failure()).toMatchObject({ code: 'sign_in_unreachable' });
  });

  it('where what signs in is missing', async () => {
    await context.route(`${origin}${MODULE}`, (route) => route.fulfill({ status: 404 }));
    await visit();
    await button().click();
    expect(await failure()).toMatchObject({ code: 'sign_in_missing', message: expect.stringContaining(MODULE) as string });
  });

  it.each(['ftp://id.example', 'http://id.example', 'id.example'])('where the identity provider is %s', async (provider) => {
    await visit(`sign-in="${provider}"`);
    await button().click();
    expect(await failure()).toMatchObject({ code: 'sign_in_provider_invalid' });
  });
});

it('a tag without the attribute loads nothing for it', async () => {
  await visit('');
  await button().click();
  await leaves();
  expect(scripts.filter((path) => path.startsWith('/scripts/'))).toEqual(['/scripts/ic-stripe-pay.js']);
});

it('empty, the attribute stands for Internet Identity', async () => {
  await context.route('https://identity.internetcomputer.org/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Internet Identity</title>' }));
  await visit('sign-in');
  const popup = await click();
  expect(popup.url()).toBe('https://identity.internetcomputer.org/#authorize');
});

/** Waits for the window to be closed, and as long as a payment would have taken to begin. */
async function settled(): Promise<void> {
  await expect.poll(() => context.pages().length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
