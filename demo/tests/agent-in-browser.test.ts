/** The IC's official client in a page of the shop, in real Chromium: it speaks with the canister past the HTTP gateway, and believes nothing that it cannot verify. */
import type { Actor, AnonymousIdentity, HttpAgent } from '@dfinity/agent';
import type { Ed25519KeyIdentity } from '@dfinity/identity';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Trust } from '../local/ic/certification/trust.js';
import { startWorld, type World } from '../world.js';
import { launch } from './browser.js';

/** What the bundle leaves in the page. */
interface Client {
  readonly Actor: typeof Actor;
  readonly AnonymousIdentity: typeof AnonymousIdentity;
  readonly HttpAgent: typeof HttpAgent;
  readonly Ed25519KeyIdentity: typeof Ed25519KeyIdentity;
}
declare global {
  var client: Client;
}
const BUNDLE = `
  export { Actor, AnonymousIdentity, HttpAgent } from '@dfinity/agent';
  export { Ed25519KeyIdentity } from '@dfinity/identity';`;

interface Question {
  readonly gateway: string;
  readonly canister: string;
  readonly path: string;
  readonly method: 'http_request' | 'http_request_update';
  readonly signed: boolean;
  /** Trusted instead of the root key that the local IC names. */
  readonly rootKey?: number[];
}
/** What the canister said, or the client's name for why it does not believe it. */
type Told = { readonly status_code: number; readonly upgrade: boolean[]; readonly text: string } | { readonly refused: string };

let script: string;
let browser: Browser;
let world: World;
let page: Page;
/** What the page has sent to the gateway: path and origin. */
let sent: Promise<[string, string | null]>[];

beforeAll(async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({ stdin: { contents: BUNDLE, resolveDir }, bundle: true, write: false, format: 'iife', globalName: 'client', platform: 'browser', target: 'es2022' });
  script = outputFiles[0].text;
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  world = await startWorld({ ports: { shop: 0, gateway: 0, stripe: 0 }, ic: { nodes: 4 } });
  page = await browser.newPage();
  await page.goto(world.shop);
  await page.addScriptTag({ content: script });
  sent = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === world.gateway) sent.push(request.headerValue('origin').then((origin) => [url.pathname, origin]));
  });
});
afterEach(async () => {
  await page.close();
  await world.close();
});

/** Asks the canister from within the page, with all that the client can verify. */
async function ask(question: Omit<Question, 'gateway' | 'canister'>): Promise<Told> {
  return page.evaluate(async ({ gateway, canister, path, method, signed, rootKey }) => {
    const { Actor, AnonymousIdentity, HttpAgent, Ed25519KeyIdentity } = globalThis.client;
    const agent = await HttpAgent.create({
      host: gateway, identity: signed ? Ed25519KeyIdentity.generate() : new AnonymousIdentity(), shouldFetchRootKey: true, verifyQuerySignatures: true, retryTimes: 0,
    });
    if (rootKey !== undefined) agent.rootKey = new Uint8Array(rootKey);
    const actor = Actor.createActor<Record<Question['method'], (request: object) => Promise<{ status_code: number; upgrade: boolean[]; body: Uint8Array }>>>(({ IDL }) => {
      const headers = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
      const request = IDL.Record({ method: IDL.Text, url: IDL.Text, headers, body: IDL.Vec(IDL.Nat8) });
      const response = IDL.Record({ status_code: IDL.Nat16, headers, body: IDL.Vec(IDL.Nat8), upgrade: IDL.Opt(IDL.Bool) });
      return IDL.Service({ http_request: IDL.Func([request], [response], ['query']), http_request_update: IDL.Func([request], [response], []) });
    }, { agent, canisterId: canister });
    try {
      const { status_code, upgrade, body } = await actor[method]({ method: 'GET', url: path, headers: [], body: new Uint8Array() });
      return { status_code, upgrade, text: new TextDecoder().decode(body) };
    } catch (error) {
      return { refused: (error as { code: Error }).code.name };
    }
  }, { ...question, gateway: world.gateway, canister: world.canister.toText() });
}

/** The path of a payment that Stripe has received. */
function payment(): string {
  if (world.stripe === undefined) throw new Error('the world has no stand-in for Stripe');
  const session = world.stripe.createSession({ client_reference_id: 'order-42-isp1abc' });
  world.stripe.pay(session.id);
  return `/checkout/${session.id}`;
}

describe('the official client in a page of another origin', () => {
  it('queries the canister and calls it, without an identity and with one', async () => {
    const path = payment();
    expect(await ask({ path, method: 'http_request', signed: false })).toMatchObject({ upgrade: [true] });
    const paid = { status_code: 200, text: expect.stringContaining('"status":"paid"') as string };
    expect(await ask({ path, method: 'http_request_update', signed: false })).toMatchObject(paid);
    expect(await ask({ path: payment(), method: 'http_request_update', signed: true })).toMatchObject(paid);
    expect(world.gateway).not.toBe(world.shop);
    const requests = await Promise.all(sent);
    expect(new Set(requests.map(([, origin]) => origin))).toEqual(new Set([world.shop]));
    const about = `canister/${world.canister.toText()}`;
    expect(requests.map(([to]) => to)).toEqual(expect.arrayContaining(['/api/v2/status', `/api/v2/${about}/query`, `/api/v3/${about}/call`]));
  });

  it('does not believe what another root key would have to vouch for', async () => {
    const rootKey = [...Trust.create('another local IC').rootKey];
    const refused = { refused: 'CertificateVerificationErrorCode' };
    expect(await ask({ path: payment(), method: 'http_request', signed: false, rootKey })).toEqual(refused);
    expect(await ask({ path: payment(), method: 'http_request_update', signed: true, rootKey })).toEqual(refused);
  });
});
