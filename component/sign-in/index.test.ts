/** What signs shoppers in is apart from the element, and the Internet Computer's libraries are behind one module. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BackendError } from '../dashboard/backend.js';
import { SignInError } from '../dashboard/access.js';
import { ConfigurationError } from '../problems.js';
import { failureOf } from './failures.js';
import { myPayments, principal } from './index.js';

const COMPONENT = new URL('../', import.meta.url);
const files = readdirSync(COMPONENT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const sources = new Map(files.map((name) => [name, readFileSync(new URL(name, COMPONENT), 'utf8')]));

it('has the libraries of the Internet Computer from one module', () => {
  expect(files.filter((name) => sources.get(name)!.includes("'@dfinity/"))).toEqual(['dashboard/ic.ts']);
});

it('is imported by the element only when it is needed', () => {
  const importing = files.flatMap((name) => (name.includes('/') ? [] : [...sources.get(name)!.matchAll(/import(?! type).*sign-in\/.*/g)].map(([line]) => `${name}: ${line}`)));
  expect(importing).toEqual(["checkout.ts: import('./sign-in/index.js');"]);
});

it('is at most 70,000 bytes, packed', async () => {
  const { gzipSync } = await import('node:zlib');
  expect(gzipSync(readFileSync(new URL('../dist/ic-stripe-sign-in.js', COMPONENT)), { level: 9 }).length).toBeLessThanOrEqual(70_000);
});

it('says why nobody could sign in, by a code and in words', () => {
  const said = (error: unknown) => {
    const { problem, message } = failureOf(error) as Error & { problem: string };
    return [problem, message];
  };
  expect(said(new SignInError('failed', 'No passkey.'))).toEqual(['sign_in_failed', 'Signing in failed: No passkey.']);
  expect(said(new SignInError('failed'))).toEqual(['sign_in_failed', 'Signing in failed: the identity provider did not say why.']);
  expect(said(new BackendError('refused', 'Shoppers cannot sign in here.'))).toEqual(['sign_in_refused', 'Shoppers cannot sign in here.']);
  expect(said(new BackendError('untrusted', 'bad signature'))).toEqual(['sign_in_unreachable', 'The canister’s answer cannot be used: bad signature']);
  expect(said(new BackendError('expired', ''))[0]).toBe('sign_in_failed');
  expect(said(new Error('No keys here.'))).toEqual(['sign_in_failed', 'Signing in failed: No keys here.']);
  const explained = new ConfigurationError('gateway_invalid');
  expect(failureOf(explained)).toBe(explained);
  expect(failureOf(failureOf(new SignInError('blocked')))).toMatchObject({ problem: 'sign_in_blocked' });
});

it('can be imported where there is no browser, and says that nobody can sign in there', async () => {
  await expect(principal()).rejects.toMatchObject({ problem: 'sign_in_failed' });
  await expect(myPayments({})).rejects.toMatchObject({ problem: 'canister_id_missing' });
  await expect(myPayments({ gateway: 'https://pay.example.com' })).rejects.toMatchObject({ problem: 'canister_id_missing', message: expect.stringContaining('Set canister-id') as string });
});
