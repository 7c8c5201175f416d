/** What the README shows works, and what it lists is all there is. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATUSES, readAnswer } from '../../canister/contract.js';
import { InitArgument } from '../../canister/settings.js';
import type { Browser, Page } from 'playwright-core';
import { FAULT_FLAGS } from '../local/ic/index.js';
import { launch } from './browser.js';

const root = new URL('../../', import.meta.url);
const text = (file: string) => readFile(new URL(file, root), 'utf8');
let readme: string;
beforeAll(async () => {
  readme = await text('README.md');
});

/** The fenced blocks of one language, in order. */
const blocks = (language: string) => [...readme.matchAll(new RegExp('```' + language + '\\n([^]*?)```', 'g'))].map(([, block]) => block);
/** The first column of the tables, with its code marks off. */
const firstColumns = () => [...readme.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell);

/** The attributes of a custom element, and those that the table after some words lists. */
async function attributes(page: Page, tag: string, after: string): Promise<{ has: string[]; listed: string[] }> {
  const has = await page.evaluate<string[]>(`customElements.get('${tag}').observedAttributes`);
  const listed = readme.split(after)[1].split('| attribute |')[1].split('\n\n')[0];
  return { has: has.sort(), listed: [...listed.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name).sort() };
}

describe('what is pasted', () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    browser = await launch();
    const scripts = Object.fromEntries(await Promise.all(['/ic-stripe-pay.js', '/ic-stripe-dashboard.js'].map(async (path) => [path, await text(`dist${path}`)] as const)));
    server = createServer(({ url = '' }, response) => {
      const isScript = url in scripts;
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
      response.end(isScript ? scripts[url] : `<!doctype html><title>shop</title>${blocks('html')[url === '/' ? 0 : 1]}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it('for the tag leads to the payment link, with a reference', async () => {
    const page = await browser.newPage();
    await page.goto(origin);
    const left = page.waitForRequest(/buy\.stripe\.com/);
    await page.getByRole('button', { name: 'Buy now' }).click();
    expect((await left).url()).toMatch(/^https:\/\/buy\.stripe\.com\/test_0+\?client_reference_id=order-42-isp1[a-z2-7]{26}$/);
    await page.close();
  });

  it('for the tag tells the listener as shown', async () => {
    const page = await browser.newPage();
    await page.goto(origin);
    const [, listener] = blocks('js');
    const said = page.waitForEvent('console');
    await page.evaluate(`${listener}
      const event = new Event('ic-stripe-paid', { bubbles: true });
      event.payment = { client_reference_id: 'order-42' };
      document.querySelector('ic-stripe-pay').dispatchEvent(event);`);
    expect((await said).text()).toBe('Thank you: order-42');
    await page.close();
  });

  it('for the tag has the attributes that are listed, and no others', async () => {
    const page = await browser.newPage();
    await page.goto(origin);
    const { has, listed } = await attributes(page, 'ic-stripe-pay', '## Use it');
    expect(has).toEqual(listed);
    await page.close();
  });

  it('for the dashboard asks to sign in, and has the attributes that are listed, and no others', async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/dashboard`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const { has, listed } = await attributes(page, 'ic-stripe-dashboard', '### The dashboard');
    expect(has).toEqual(listed);
    await page.close();
  });
});

it('the package is imported as shown, without a DOM, too', () => {
  const [importing, , controller, signIn, words] = blocks('js');
  for (const code of [importing, signIn.split('\n')[0], `${controller} new StripePayController({});`, words.replace(/^document.*$/m, "if (german.pay !== 'Bezahlen') process.exit(1);")]) {
    execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root });
  }
});

it('the commands are scripts of the package', async () => {
  const { scripts } = JSON.parse(await text('package.json')) as { scripts: Record<string, string> };
  for (const [, name] of readme.matchAll(/npm (?:run )?(start|test|build|bench)\b/g)) expect(scripts).toHaveProperty(name);
});

it('the init argument has the fields that are listed, and no others', () => {
  const types: Record<string, string> = Object.fromEntries(InitArgument._fields.map(([name, type]) => [name, type.display()]));
  const listed = firstColumns().filter((cell) => cell.includes(' : '));
  expect(listed.sort()).toEqual(Object.entries(types).map(([name, type]) => `${name} : ${type}`).sort());
  for (const [, argument] of readme.matchAll(/--arg\w+ '\(record \{ (.*?) \}\)'/g)) {
    for (const [, field] of argument.matchAll(/(\w+) =/g)) expect(types).toHaveProperty(field);
  }
});

it('the faults are those that there are', () => {
  const listed = readme.split('| `--fault` |')[1].split('\n\n')[0];
  expect([...listed.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)).toEqual(FAULT_FLAGS);
});

it('the answer is one', () => {
  const [answer] = blocks('json');
  expect(readAnswer(JSON.parse(answer))).toBeDefined();
  for (const status of STATUSES) expect(readme).toContain(`\`${status}\``);
});

it('the files that it names are there', async () => {
  for (const [, file] of readme.matchAll(/\]\(((?!https?:)[^)]+)\)/g)) await expect(readFile(new URL(file, root)), file).resolves.toBeDefined();
});
