/** Signing in through the stand-in for Internet Identity, with the real auth-client in real Chromium, and what the canister makes of who has signed in. */
import type { Actor, HttpAgent } from '@dfinity/agent';
import type { AuthClient, AuthClientLoginOptions } from '@dfinity/auth-client';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity, type JsonnableDelegationChain } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import type { AxeResults } from 'axe-core';
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIdentityProvider } from '../local/identity-provider/index.js';
import { listen, type Listening } from '../local/listen.js';
import { startWorld, type World } from '../world.js';
import { launch, screenshot } from './browser.js';

/** What the bundle leaves in the page. */
interface Client {
  readonly Actor: typeof Actor;
  readonly AuthClient: typeof AuthClient;
  readonly HttpAgent: typeof HttpAgent;
}
/** What became of a sign-in: who one is, and until when; or what auth-client's onError was told. */
type SignedIn = { readonly principal: string; readonly expiration: bigint } | { readonly error: string };
type Signing = Pick<AuthClientLoginOptions, 'derivationOrigin' | 'maxTimeToLive'>;

/** An app's page, where the button signs in. */
interface App {
  readonly client: Client;
  auth: AuthClient;
  done: Promise<SignedIn>;
}

const BUNDLE = `
  export { Actor, HttpAgent } from '@dfinity/agent';
  export { AuthClient } from '@dfinity/auth-client';`;
const PAGE = '<!doctype html><html lang="en"><title>App</title><button>Sign in</button></html>';
const SEED = 'always the same';
const ANY_ORIGIN = { 'access-control-allow-origin': '*' };
/** The list of alternative origins for whoever follows a redirect. */
const MOVED = '/moved';
const HOUR = 3_600_000_000_000n;
const CONTROLLER = Principal.selfAuthenticating(Uint8Array.of(1));
const Admins = IDL.Record({ admins: IDL.Opt(IDL.Vec(IDL.Principal)) });

let script: string;
let axe: string;
let browser: Browser;
let world: World;
let apps: [Listening, Listening];
/** Whose `ii-alternative-origins` are as `alternatives` says. */
let canonical: Listening;
let alternatives: { status?: number; headers?: Record<string, string>; body: string };
let origins: { first: string; second: string; canonical: string };

let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({ stdin: { contents: BUNDLE, resolveDir }, bundle: true, write: false, format: 'iife', globalName: 'client', platform: 'browser', target: 'es2022' });
  script = outputFiles[0].text;
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  browser = await launch();
  world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, ic: { seed: SEED }, controller: CONTROLLER });
  const serveApp = () =>
    listen((request, response) => {
      if (request.url === '/sandboxed') response.setHeader('content-security-policy', 'sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox');
      response.setHeader('content-type', 'text/html').end(PAGE);
    }, 0);
  apps = [await serveApp(), await serveApp()];
  canonical = await listen((request, response) => {
    if (request.url === '/') return response.setHeader('content-type', 'text/html').end(PAGE);
    const { status = 200, headers = ANY_ORIGIN, body } = alternatives;
    if (request.url === MOVED) response.writeHead(200, ANY_ORIGIN).end(body);
    else response.writeHead(status, headers).end(body);
  }, 0);
  // As a canister behind the local gateway: only a browser finds the way to such a host.
  origins = { first: `http://localhost:${apps[0].port}`, second: `http://localhost:${apps[1].port}`, canonical: `http://uxrrr-q7777-77774-qaaaq-cai.localhost:${canonical.port}` };
});
afterAll(async () => {
  await browser.close();
  await Promise.all([world.close(), canonical.close(), ...apps.map((app) => app.close())]);
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

/** Signs in from an app's page. `act` does what the user does in the window. */
async function signIn(origin: string, act: (popup: Page) => Promise<unknown>, signing: Signing = {}): Promise<SignedIn> {
  await openApp(origin, signing);
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await act(await opened);
  return page.evaluate(() => (globalThis as unknown as App).done);
}

async function openApp(origin: string, signing: Signing): Promise<void> {
  await page.goto(origin);
  await page.addScriptTag({ content: script });
  const login = { ...signing, identityProvider: world.identityProvider };
  await page.evaluate(async (options) => {
    const app = globalThis as unknown as App;
    app.auth = await app.client.AuthClient.create({ idleOptions: { disableIdle: true } });
    app.done = new Promise((resolve) => {
      const onError = (error?: string) => resolve({ error: error ?? '' });
      const onSuccess = () => {
        const { delegations } = (app.auth.getIdentity() as unknown as { getDelegation(): { delegations: { delegation: { expiration: bigint } }[] } }).getDelegation();
        resolve({ principal: app.auth.getIdentity().getPrincipal().toText(), expiration: delegations[0].delegation.expiration });
      };
      document.querySelector('button')!.addEventListener('click', () => void app.auth.login({ ...options, onSuccess, onError }));
    });
  }, login);
}

const as = (name: string) => (popup: Page) => popup.getByRole('button', { name, exact: true }).click();
const asNamed = (name: string) => async (popup: Page) => {
  await popup.getByLabel('Another name').fill(name);
  await popup.getByRole('button', { name: 'Continue', exact: true }).click();
};
const nothing = () => Promise.resolve();

async function principalOf(signedIn: Promise<SignedIn>): Promise<string> {
  const result = await signedIn;
  if ('error' in result) throw new Error(result.error);
  return result.principal;
}

/** What comes of a call that is for administrators only, by who has signed in: `done`, or why it is refused. */
function call(method: 'get_settings' | 'check_connection'): Promise<string> {
  return page.evaluate(async ({ host, canisterId, method }) => {
    const { auth, client } = globalThis as unknown as App;
    const agent = await client.HttpAgent.create({ host, identity: auth.getIdentity(), shouldFetchRootKey: true, verifyQuerySignatures: true, retryTimes: 0 });
    const actor = client.Actor.createActor<Record<typeof method, () => Promise<unknown>>>(
      ({ IDL }) => IDL.Service({ get_settings: IDL.Func([], [IDL.Reserved], ['query']), check_connection: IDL.Func([], [IDL.Reserved], []) }),
      { agent, canisterId },
    );
    return actor[method]().then(() => 'done', (error: Error) => error.message);
  }, { host: world.gateway, canisterId: world.canister.toText(), method });
}

describe('signing in', () => {
  it('by one click gives an identity that the canister knows in queries and calls', async () => {
    let url = '';
    const signedIn = signIn(origins.first, async (popup) => {
      url = popup.url();
      await popup.getByText(`${origins.first} asks who you are.`).waitFor();
      expect(await popup.getByText('This stands in for Internet Identity on this machine.').isVisible()).toBe(true);
      await screenshot(popup, 'identity-provider');
      await as('Merchant')(popup);
    });
    const principal = await principalOf(signedIn);
    expect(url).toBe(`${world.identityProvider}/#authorize`);
    expect(Principal.fromText(principal).toUint8Array()).toHaveLength(29);
    expect(await call('get_settings')).toContain(`a controller can add ${principal} to admins`);
    await world.ic.update(world.canister, 'update_settings', new Uint8Array(IDL.encode([Admins], [{ admins: [[Principal.fromText(principal)]] }])), CONTROLLER);
    expect(await call('get_settings')).toBe('done');
    expect(await call('check_connection')).toBe('done');
    // auth-client closes the window, and remembers who it is.
    await expect.poll(() => context.pages().length).toBe(1);
    await page.reload();
    await page.addScriptTag({ content: script });
    expect(await page.evaluate(async () => (await (globalThis as unknown as App).client.AuthClient.create()).getIdentity().getPrincipal().toText())).toBe(principal);
  });

  it('is the same identity for the same user and origin, and another for another of them', async () => {
    const merchant = await principalOf(signIn(origins.first, as('Merchant')));
    expect(await principalOf(signIn(origins.first, as('Merchant')))).toBe(merchant);
    expect(await principalOf(signIn(origins.first, asNamed(' Merchant ')))).toBe(merchant);
    const principals = [merchant];
    for (const act of [as('Shopper'), as('Somebody else'), asNamed('Ada')]) principals.push(await principalOf(signIn(origins.first, act)));
    principals.push(await principalOf(signIn(origins.second, as('Merchant'))));
    expect(new Set(principals).size).toBe(5);
  });

  it('cancelled, or with the window closed, tells the app so', async () => {
    expect(await signIn(origins.first, as('Cancel'))).toEqual({ error: 'UserInterrupt' });
    expect(await signIn(origins.first, (popup) => popup.close())).toEqual({ error: 'UserInterrupt' });
  });

  it('again after a reload of the window', async () => {
    const signedIn = signIn(origins.first, async (popup) => {
      await popup.getByText('asks who you are').waitFor();
      await popup.reload();
      await as('Merchant')(popup);
    });
    expect(await signedIn).toMatchObject({ principal: expect.any(String) as string });
  });
});

describe('how long', () => {
  it.each([
    ['8 hours unless told otherwise', undefined, 8n * HOUR],
    ['as asked for', HOUR, HOUR],
    ['30 days at most', 365n * 24n * HOUR, 30n * 24n * HOUR],
  ])('%s', async (_, maxTimeToLive, lasts) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const signedIn = await signIn(origins.first, as('Merchant'), { maxTimeToLive });
    const after = BigInt(Date.now()) * 1_000_000n;
    if ('error' in signedIn) throw new Error(signedIn.error);
    expect(signedIn.expiration).toBeGreaterThanOrEqual(before + lasts);
    expect(signedIn.expiration).toBeLessThanOrEqual(after + lasts);
  });

  it('and after that the IC knows the user no more', async () => {
    const signedIn = await signIn(origins.first, as('Merchant'), { maxTimeToLive: 1_000_000n });
    expect(signedIn).toHaveProperty('principal');
    expect(await call('check_connection')).toContain('Specified sender delegation has expired');
  });

  it.each([0n, -1n])('%s nanoseconds is a mistake of the app, and it is told so', async (maxTimeToLive) => {
    expect(await signIn(origins.first, nothing, { maxTimeToLive })).toEqual({ error: 'maxTimeToLive must be a bigint of nanoseconds above 0.' });
  });
});

describe('an app with another origin\'s identities', () => {
  const listing = (...listed: string[]) => ({ body: JSON.stringify({ alternativeOrigins: listed }) });
  const signInElsewhere = (act: (popup: Page) => Promise<unknown> = nothing) => signIn(origins.first, act, { derivationOrigin: origins.canonical });

  it('signs in as whoever one is there, once it is listed', async () => {
    alternatives = listing('https://shop.example', origins.first);
    const there = await principalOf(signIn(origins.canonical, as('Merchant')));
    const here = await principalOf(signInElsewhere(async (popup) => {
      await popup.getByText(`You will be whoever you are at ${origins.canonical}, which allows it.`).waitFor();
      await screenshot(popup, 'identity-provider-derivation');
      await as('Merchant')(popup);
    }));
    expect(here).toBe(there);
    expect(await principalOf(signIn(origins.first, as('Merchant')))).not.toBe(there);
  });

  it.each([
    ['is not listed', () => listing('https://shop.example'), /does not list http:\/\/localhost:\d+: add it to alternativeOrigins there/],
    ['is one of too many', () => listing(origins.first, ...Array.from({ length: 100 }, (_, index) => `https://shop${index}.example`)), /lists 101 origins; at most 100/],
    ['is listed by no such file', () => ({ ...listing(origins.first), status: 404 }), /answers 404: it must answer 200, with \{"alternativeOrigins":\["http:\/\/localhost:\d+"\]\}/],
    ['is listed behind a redirect', () => ({ ...listing(origins.first), status: 302, headers: { ...ANY_ORIGIN, location: MOVED } }), /cannot be read: it must answer .*and not redirect/],
    ['is listed for that origin alone', () => ({ ...listing(origins.first), headers: {} }), /cannot be read: .*access-control-allow-origin: \*/],
    ['is listed in no JSON', () => ({ body: origins.first }), /does not hold such JSON/],
  ])('that %s is told what to mend', async (_, prepare, told) => {
    alternatives = prepare();
    expect(await signInElsewhere()).toEqual({ error: expect.stringMatching(told) as string });
  });

  it('has to name an origin, and nothing more', async () => {
    expect(await signIn(origins.first, nothing, { derivationOrigin: `${origins.canonical}/` })).toEqual({ error: expect.stringContaining('with no slash at its end') as string });
  });
});

describe('the window', () => {
  it('without an app says how it is opened', async () => {
    await page.goto(world.identityProvider);
    expect(await page.getByRole('alert').innerText()).toContain(`AuthClient.login({ identityProvider: '${world.identityProvider}' })`);
    expect(await page.getByRole('button', { name: 'Merchant' }).isVisible()).toBe(false);
  });

  it('that the app keeps open shows why the app is refused', async () => {
    await page.goto(origins.first);
    const opened = page.waitForEvent('popup');
    await page.evaluate((provider) => {
      const popup = open(provider);
      globalThis.addEventListener('message', () => popup?.postMessage({ kind: 'authorize-client', sessionPublicKey: 'a text' }, '*'));
    }, world.identityProvider);
    const popup = await opened;
    await expect.poll(() => popup.getByRole('alert').innerText()).toBe('sessionPublicKey must be a Uint8Array: a public key as DER.');
    expect(await popup.getByRole('button', { name: 'Merchant' }).isVisible()).toBe(false);
  });

  it('tells an app without an origin that it needs one', async () => {
    await page.goto(`${origins.first}/sandboxed`);
    const answered = page.evaluate((provider) => new Promise((resolve) => {
      const popup = open(provider);
      globalThis.addEventListener('message', ({ data }: MessageEvent<{ kind: string }>) => {
        if (data.kind !== 'authorize-ready') return resolve(data);
        popup?.postMessage({ kind: 'authorize-client', sessionPublicKey: new Uint8Array(44) }, '*');
      });
    }), world.identityProvider);
    expect(await answered).toEqual({ kind: 'authorize-client-failure', text: expect.stringContaining('no origin of its own') as string });
  });

  it('hears no other window than the one that opened it', async () => {
    await page.goto(origins.first);
    const opened = page.waitForEvent('popup');
    // The app hears that the window is ready, and does not answer; another window does.
    await page.evaluate((provider) => new Promise<void>((resolve) => {
      globalThis.addEventListener('message', () => resolve());
      open(provider);
    }), world.identityProvider);
    const popup = await opened;
    await popup.evaluate(() => new Promise((resolve) => {
      globalThis.addEventListener('message', () => setTimeout(resolve));
      postMessage({ kind: 'authorize-client', sessionPublicKey: new Uint8Array(44) }, '*');
    }));
    expect(await popup.getByText('Waiting for the app').isVisible()).toBe(true);
  });

  it.each(['light', 'dark'] as const)('is accessible and fits in the %s, with an error, too', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await openApp(origins.first, {});
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const popup = await opened;
    await popup.emulateMedia({ colorScheme });
    await popup.setViewportSize({ width: 320, height: 640 });
    await popup.getByText('asks who you are').waitFor();
    await screenshot(popup, `identity-provider-${colorScheme}`);
    expect(await complaints(popup)).toEqual([]);
    const alone = await context.newPage();
    await alone.emulateMedia({ colorScheme });
    await alone.setViewportSize({ width: 320, height: 640 });
    await alone.goto(world.identityProvider);
    await alone.getByText('No app has opened this window').waitFor();
    expect(await complaints(alone)).toEqual([]);
  });

  /** What axe finds, and how much there is to scroll sideways. */
  async function complaints(view: Page): Promise<string[]> {
    await view.evaluate(axe);
    return view.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run();
      const { scrollWidth, clientWidth } = document.documentElement;
      return [...violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), ...(scrollWidth > clientWidth ? ['scrolls sideways'] : [])];
    });
  }
});

describe('the server', () => {
  const key = Buffer.from(Ed25519KeyIdentity.generate().getPublicKey().toDer()).toString('hex');
  const SOUND = { user: 'Merchant', origin: 'https://shop.example', sessionPublicKey: key, maxTimeToLive: '1000000000' };

  /** What a request of the page's own origin is answered. */
  async function ask(body: unknown, headers: Record<string, string> = {}, provider = world.identityProvider): Promise<{ status: number; text: string }> {
    const response = await fetch(`${provider}/delegation`, {
      method: 'POST',
      headers: { origin: provider, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }

  it('delegates to the session\'s key, for all canisters, and shows no other key', async () => {
    const { status, text } = await ask(SOUND);
    expect(status).toBe(200);
    const { publicKey, delegations } = JSON.parse(text) as JsonnableDelegationChain;
    expect(publicKey).not.toBe(key);
    expect(delegations).toEqual([{ delegation: { pubkey: key, expiration: expect.any(String) as string }, signature: expect.stringMatching(/^[0-9a-f]{128}$/) as string }]);
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['delegations', 'publicKey']);
  });

  it.each([
    ['no JSON', '{', /must be JSON/],
    ['a list', [], /must be a JSON object/],
    ['nobody', { ...SOUND, user: ' ' }, /^user must be a name/],
    ['a name that is too long', { ...SOUND, user: 'a'.repeat(65) }, /^user must be a name/],
    ['a name with a line break', { ...SOUND, user: 'a\nb' }, /^user must be a name/],
    ['no origin', { ...SOUND, origin: undefined }, /^origin must be an origin alone/],
    ['a URL', { ...SOUND, origin: 'https://shop.example/' }, /^origin must be an origin alone/],
    ['an opaque origin', { ...SOUND, origin: 'null' }, /^origin must be an origin alone/],
    ['another scheme', { ...SOUND, origin: 'ftp://shop.example' }, /^origin must be an origin alone/],
    ['no key', { ...SOUND, sessionPublicKey: '' }, /^sessionPublicKey must be/],
    ['half a byte', { ...SOUND, sessionPublicKey: key.slice(1) }, /^sessionPublicKey must be/],
    ['a key of no known scheme', { ...SOUND, sessionPublicKey: key.slice(2) }, /^Invalid public key/],
    ['a number', { ...SOUND, maxTimeToLive: 1 }, /^maxTimeToLive must be/],
    ['no time', { ...SOUND, maxTimeToLive: '0' }, /^maxTimeToLive must be/],
    ['less than no time', { ...SOUND, maxTimeToLive: '-1' }, /^maxTimeToLive must be/],
  ])('refuses %s in words', async (_, body, told) => {
    expect(await ask(body)).toEqual({ status: 400, text: expect.stringMatching(told) as string });
  });

  it('refuses another type of body, and one that is too large', async () => {
    expect(await ask(SOUND, { 'content-type': 'text/plain' })).toMatchObject({ status: 400, text: 'The content-type must be application/json.' });
    expect(await ask({ ...SOUND, more: 'a'.repeat(5_000) })).toMatchObject({ status: 413 });
  });

  it('is not for the pages of others, nor under another name', async () => {
    for (const origin of [origins.first, 'null', 'http://attacker.example', world.identityProvider.replace('localhost', 'attacker.localhost')]) {
      expect(await ask(SOUND, { origin })).toMatchObject({ status: 403, text: expect.stringContaining('Only the page of this stand-in') as string });
    }
    const status = await new Promise((resolve) => {
      const request = httpRequest(`${world.identityProvider}/delegation`, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => resolve(response.resume().statusCode));
      request.end(JSON.stringify(SOUND));
    });
    expect(status).toBe(403);
  });

  it('leaves its window to those who open it, and to no frame', async () => {
    const { headers } = await fetch(world.identityProvider);
    expect(headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors 'none'`);
    expect((await fetch(`${world.identityProvider}/delegation.ts`)).status).toBe(404);
    expect((await fetch(world.identityProvider, { method: 'PUT' })).status).toBe(405);
  });

  it('makes the same identities of the same seed, and others without', async () => {
    const publicKeys: string[] = [];
    for (const seed of [SEED, SEED, 'another', undefined, undefined]) {
      const provider = await startIdentityProvider({ port: 0, seed });
      const { text } = await ask(SOUND, {}, provider.url);
      publicKeys.push((JSON.parse(text) as JsonnableDelegationChain).publicKey);
      await provider.close();
    }
    expect(publicKeys[1]).toBe(publicKeys[0]);
    expect(new Set(publicKeys).size).toBe(4);
    // The world's are those of its seed.
    expect((JSON.parse((await ask(SOUND)).text) as JsonnableDelegationChain).publicKey).toBe(publicKeys[0]);
  });
});
