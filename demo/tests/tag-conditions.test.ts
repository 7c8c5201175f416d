/** The tag under what only a whole browser has: headers, media, a network, tabs, and a history. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VERSION } from '../../component/version.js';
import { launch } from './browser.js';
import { say, SESSION, shopPage, startTagServer, type TagServer } from './tag-server.js';

const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser: Browser;
let context: BrowserContext;
let server: TagServer;
let page: Page;
let errors: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startTagServer();
  server.pages.set('/shop', { html: shopPage(server) });
  server.pages.set('/elsewhere', { html: '<!doctype html><title>Elsewhere</title>' });
  server.answer = say('paid');
  context = await browser.newContext();
  page = await context.newPage();
  errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.addInitScript(() => {
    addEventListener('ic-stripe-paid', () => (document.title += ' paid'));
    addEventListener('pageshow', ({ persisted }) => persisted && (document.title += ' restored'));
  });
});
afterEach(async () => {
  await context.close();
  await server.close();
  expect(errors).toEqual([]);
});

const buy = () => page.getByRole('button', { name: 'Buy now' });
const status = (of: Page = page) => of.getByRole('status');
const comeBack = () => page.goto(`${server.site}/shop?check_out_session_id=${SESSION}`);

/** Serves another shop page. */
function serve(options: Parameters<typeof shopPage>[1], headers?: Record<string, string>): void {
  server.pages.set('/shop', { html: shopPage(server, options), ...(headers && { headers }) });
}

describe('the Back button', () => {
  for (const [what, isHeld] of [['between two requests', false], ['in the middle of a request', true]] as const) {
    it(`brings back a page that was left ${what}, and it goes on to the end, told once`, async () => {
      let release = (): void => undefined;
      server.answer = isHeld ? (path, response) => (release = () => say('paid')(path, response)) : say('checking');
      await comeBack();
      await status().getByText('Checking the payment').waitFor();
      await expect.poll(() => server.asked.length).toBe(1);
      await page.goto(`${server.site}/elsewhere`);
      release();
      await page.waitForTimeout(1500);
      expect(server.asked).toHaveLength(1);
      server.answer = say('paid');
      await page.evaluate('history.back()');
      await status().getByText('Payment received').waitFor();
      expect(await page.title()).toMatch(/^Shop( restored)? paid$/);
      expect(await buy().count()).toBe(0);
    });
  }
});

describe('a click', () => {
  it('made twice leaves once', async () => {
    await page.goto(`${server.site}/shop`);
    await buy().dblclick();
    await page.waitForURL(/\/pay\?/);
    expect(server.left).toHaveLength(1);
  });

  it('by the keyboard leaves, too', async () => {
    await page.goto(`${server.site}/shop`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/pay\?/);
  });

  it('whose navigation the shopper stops gives the button back after a while, and it works', async () => {
    await page.addInitScript(() => {
      const wait = window.setTimeout.bind(window);
      Object.assign(window, { setTimeout: (then: () => void, delay = 0) => wait(then, delay === 20_000 ? 1000 : delay) });
    });
    await page.goto(`${server.site}/shop`);
    await buy().evaluate((button: HTMLElement) => {
      button.click();
      stop();
    });
    await status().getByText('Taking you to Stripe').waitFor();
    expect(await buy().getAttribute('aria-disabled')).toBe('true');
    await expect.poll(() => buy().getAttribute('aria-disabled'), { timeout: 5000 }).toBe('false');
    await buy().click();
    await page.waitForURL(/\/pay\?/);
  });
});

describe('tabs', () => {
  it('the one that stayed, and a third, hear of the payment that came back in another', async () => {
    serve({ attributes: 'locale="en" target="_blank"' });
    await page.goto(`${server.site}/shop`);
    const third = await context.newPage();
    await third.goto(`${server.site}/shop`);
    await third.getByRole('button', { name: 'Buy now' }).waitFor();
    await page.bringToFront();
    const opened = page.waitForEvent('popup');
    await buy().click();
    const tab = await opened;
    await tab.waitForURL(/client_reference_id=/);
    server.answer = say('paid', { client_reference_id: new URL(tab.url()).searchParams.get('client_reference_id') });
    await tab.goto(`${server.site}/shop?check_out_session_id=${SESSION}`);
    await status(tab).getByText('€19.99').waitFor();
    await status().getByText('€19.99').waitFor();
    await third.bringToFront();
    await status(third).getByText('Payment received').waitFor();
    expect(await status(third).getByText('€19.99').count()).toBe(0);
    expect(await third.getByRole('button', { name: 'Buy now' }).count()).toBe(0);
  });
});

describe('two versions of the script', () => {
  for (const [what, script, warned] of [['another version', '/version-9.9.9.js', 1], ['the same version', `/version-${VERSION}.js`, 0], ['a classic script', '/ic-stripe-pay.classic.js', 0]] as const) {
    it(`with ${what}: ${warned ? 'warn' : 'no warning'}, and one payment is confirmed once`, async () => {
      const warnings: string[] = [];
      page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
      serve({ head: `<script ${script.includes('classic') ? 'defer' : 'type="module"'} src="${script}"></script>` });
      await comeBack();
      await status().getByText('€19.99').waitFor();
      await page.waitForTimeout(100);
      expect(await page.title()).toBe('Shop paid');
      expect(server.asked).toHaveLength(1);
      expect(warnings).toHaveLength(warned);
      expect(page.url()).toBe(`${server.site}/shop`);
    });
  }
});

describe('the network', () => {
  it('that lets no other site read the answer is trouble that may pass', async () => {
    server.hasCors = false;
    await comeBack();
    await status().getByText('Still checking').waitFor();
    server.hasCors = true;
    await status().getByText('Payment received').waitFor();
    expect(await page.title()).toBe('Shop paid');
  });

  it('that goes and comes back is said, and the payment is confirmed by itself', async () => {
    server.answer = say('checking');
    await comeBack();
    await status().getByText('Checking the payment').waitFor();
    await context.setOffline(true);
    await status().getByText('You are offline').waitFor();
    server.answer = say('paid');
    await context.setOffline(false);
    await status().getByText('Payment received').waitFor();
  });
});

describe('a strict policy', () => {
  const strict = (more: string) => ({ 'content-security-policy': `default-src 'none'; script-src ${server.site}; require-trusted-types-for 'script'; ${more}` });

  it('that forbids the canister leaves the tag unable to tell, not broken', async () => {
    serve({}, strict('trusted-types ic-stripe-pay'));
    await comeBack();
    await status().getByText('Still checking').waitFor();
    expect(server.asked).toEqual([]);
  });

  it('that forbids the words of a language has English', async () => {
    serve({ attributes: 'locale="de"' }, strict(`trusted-types ic-stripe-pay; connect-src ${server.other}`));
    await comeBack();
    await status().getByText('Payment received').waitFor();
    expect(await page.locator('[part=base]').getAttribute('lang')).toBe('en');
  });

  for (const script of ['/ic-stripe-pay.js', '/ic-stripe-pay.classic.js']) {
    it(`that names the policy of ${script} has it work, in another language`, async () => {
      serve({ attributes: 'locale="de"', script }, strict(`trusted-types ic-stripe-pay; connect-src 'self' ${server.other}`));
      await comeBack();
      await status().getByText('Zahlung eingegangen').waitFor();
      expect(await page.locator('[part=card]').evaluate((card) => getComputedStyle(card).display)).toBe('grid');
    });
  }
});

describe('what the shopper has asked the system for', () => {
  for (const [reducedMotion, count] of [['reduce', 0], ['no-preference', 1]] as const) {
    it(`as to motion, ${reducedMotion}, is what is done`, async () => {
      await page.emulateMedia({ reducedMotion });
      server.answer = say('checking');
      await comeBack();
      await status().getByText('Checking the payment').waitFor();
      expect(await page.locator('ic-stripe-pay').evaluate(({ shadowRoot }) => shadowRoot!.getAnimations().length)).toBe(count);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`${colorScheme} colours are readable, in every kind of state`, async () => {
      await page.emulateMedia({ colorScheme });
      serve({ head: '<style>html { color-scheme: light dark; background: Canvas }</style>' });
      for (const kind of ['idle', 'paid', 'unavailable']) {
        server.answer = say(kind);
        await page.goto('about:blank');
        await page.goto(`${server.site}/shop${kind === 'idle' ? '' : `?check_out_session_id=${SESSION}`}`);
        await (kind === 'idle' ? buy() : page.locator('[part=title]')).waitFor();
        await expect.poll(() => status().textContent()).not.toContain('Checking');
        await page.evaluate(axe);
        const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()');
        expect([kind, ...violations.map(({ id }) => id)]).toEqual([kind]);
      }
    });

    it(`forced colours (${colorScheme}) leave text, borders and the focus to see`, async () => {
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await page.goto(`${server.site}/shop`);
      await page.keyboard.press('Tab');
      const button = await looks(buy());
      expect(contrast(button.color, button.backgroundColor)).toBeGreaterThan(4.5);
      expect(contrast(button.borderTopColor, button.page)).toBeGreaterThan(3);
      expect([button.borderTopStyle, button.borderTopWidth, button.outlineStyle, button.outlineWidth]).toEqual(['solid', '1px', 'solid', '3px']);
      expect(contrast(button.outlineColor, button.page)).toBeGreaterThan(3);
      server.answer = say('unavailable');
      await comeBack();
      await page.getByRole('button', { name: 'Check again' }).focus();
      for (const name of ['card', 'retry', 'badge']) {
        const part = await looks(page.locator(`[part=${name}]`));
        expect(contrast(part.color, part.page)).toBeGreaterThan(4.5);
        expect(contrast(part.borderTopColor, part.page)).toBeGreaterThan(3);
        expect(part.borderTopWidth).toBe('1px');
      }
      const retry = await looks(page.locator('[part=retry]'));
      expect(contrast(retry.outlineColor, retry.page)).toBeGreaterThan(3);
    });
  }

  it('forced colours leave the sign of a state to see, too', async () => {
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    for (const kind of ['unavailable', 'paid', 'failed']) {
      server.answer = say(kind);
      await page.goto('about:blank');
      await comeBack();
      await status().locator(`slot[name=${kind}]`).waitFor();
      const icon = await looks(page.locator('[part=icon]'));
      expect(contrast(icon.stroke, icon.page)).toBeGreaterThan(3);
    }
  });
});

it('fits on a page of 320 pixels, in large letters and German', async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  serve({ attributes: 'lang="de"', head: '<style>html { font-size: 150% }</style>' });
  for (const kind of ['open', 'processing', 'not_found', 'unavailable']) {
    server.answer = say(kind);
    await page.goto('about:blank');
    await comeBack();
    await page.locator('[part=title]').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  }
});

it('is read in its order: the news, and then what can be done', async () => {
  server.answer = say('unavailable');
  await comeBack();
  await page.getByRole('button', { name: 'Check again' }).waitFor();
  const lines = (await page.locator('ic-stripe-pay').ariaSnapshot()).split('\n').map((line) => line.trim());
  const [news, retry, badge] = ['- status:', '- button "Check again"', '- text: Test mode'].map((start) => lines.findIndex((line) => line.startsWith(start)));
  expect(news).toBe(0);
  expect(retry).toBeGreaterThan(news);
  expect(badge === -1 || badge > retry).toBe(true);
  expect(lines.filter((line) => line.startsWith('- status'))).toHaveLength(1);
});

/** The colours that are seen, of a part and of the page behind. */
function looks(part: Locator) {
  return part.evaluate((element) => {
    const { color, backgroundColor, borderTopColor, borderTopStyle, borderTopWidth, outlineColor, outlineStyle, outlineWidth, stroke } = getComputedStyle(element);
    const canvas = document.createElement('div');
    canvas.style.backgroundColor = 'Canvas';
    document.body.append(canvas);
    const page = getComputedStyle(canvas).backgroundColor;
    canvas.remove();
    return { color, backgroundColor, borderTopColor, borderTopStyle, borderTopWidth, outlineColor, outlineStyle, outlineWidth, stroke, page };
  });
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio; 1 where the colour is not to be seen at all. */
function contrast(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => {
    const [red, green, blue, alpha = 1] = [...text.matchAll(/[\d.]+/g)].map(Number);
    if (alpha === 0) return undefined;
    const [r, g, b] = [red, green, blue].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  return a === undefined || b === undefined ? 1 : (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
