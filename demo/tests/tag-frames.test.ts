/** The tag in frames: of the same site, of another, and in sandboxes. */
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from './browser.js';
import { say, SESSION, shopPage, startTagServer, type TagServer } from './tag-server.js';

let browser: Browser;
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
  server.answer = say('paid');
  page = await browser.newPage();
  errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
});
afterEach(async () => {
  await page.close();
  await server.close();
  expect(errors).toEqual([]);
});

/** Opens a page with a frame. */
async function frame(attributes: string): Promise<FrameLocator> {
  server.pages.set('/', { html: `<!doctype html><title>Outside</title><iframe ${attributes} width="600" height="400"></iframe>` });
  await page.goto(`${server.site}/?outside=1`);
  return page.frameLocator('iframe');
}

/** Of the other site, as where a browser forbids storage to frames of other sites: to read `localStorage` throws. */
async function forbidStorage(): Promise<void> {
  await page.addInitScript(() => {
    if (window === window.top) return;
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    }
  });
}

const quoted = (html: string): string => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const buy = (inside: FrameLocator) => inside.getByRole('button', { name: 'Buy now' });
const status = (inside: FrameLocator) => inside.getByRole('status');

describe('the button', () => {
  for (const [what, attributes] of [
    ['of the same site', () => 'src="/shop"'],
    ['of another site', () => `src="${server.other}/shop"`],
    ['whose document is in its attribute', () => `srcdoc="${quoted(shopPage(server))}"`],
    ['whose sandbox allows it', () => `sandbox="allow-scripts allow-same-origin allow-top-navigation-by-user-activation" src="${server.other}/shop"`],
  ] as const) {
    it(`in a frame ${what} moves the top window to Stripe, which refuses frames`, async () => {
      const inside = await frame(attributes());
      await buy(inside).click();
      await page.waitForURL(/\/pay\?client_reference_id=isp1[a-z2-7]{26}/);
      expect(server.left).toHaveLength(1);
    });
  }

  it('in a frame of another site does so without storage, too', async () => {
    await forbidStorage();
    const inside = await frame(`src="${server.other}/shop"`);
    await buy(inside).click();
    await page.waitForURL(/\/pay\?client_reference_id=isp1/);
  });

  it('in a sandbox that allows tabs only opens one, once, without a way back into the page', async () => {
    const inside = await frame(`sandbox="allow-scripts allow-same-origin allow-popups" src="${server.other}/shop"`);
    const opened = page.waitForEvent('popup');
    await buy(inside).dblclick();
    const tab = await opened;
    await tab.waitForURL(/\/pay\?client_reference_id=isp1/);
    expect(await tab.evaluate('opener === null')).toBe(true);
    await status(inside).getByText('Please pay in the new tab').waitFor();
    expect(server.left).toHaveLength(1);
    await tab.close();
  });

  it('in a sandbox that allows tabs only, with an origin of its own, opens one, and says so', async () => {
    const inside = await frame(`sandbox="allow-scripts allow-popups" src="${server.other}/shop"`);
    const opened = page.waitForEvent('popup');
    await buy(inside).click();
    const tab = await opened;
    await tab.waitForURL(/\/pay\?client_reference_id=isp1/);
    expect(await status(inside).textContent()).toContain('Please pay in the new tab');
    await tab.close();
  });

  it('in a sandbox that allows neither becomes a link, with the reason', async () => {
    const inside = await frame(`sandbox="allow-scripts" src="${server.other}/shop"`);
    await buy(inside).click();
    await status(inside).getByText('This frame may not open Stripe').waitFor();
    expect(await inside.getByRole('link').getAttribute('href')).toMatch(/\/pay\?client_reference_id=isp1/);
    expect(server.left).toEqual([]);
    expect(page.url()).toBe(`${server.site}/?outside=1`);
  });
});

describe('a payment that comes back', () => {
  for (const [what, attributes, isForbidden] of [
    ['of another site', '', false],
    ['of another site that gets no storage', '', true],
    ['in a sandbox, with an origin of its own', 'sandbox="allow-scripts"', false],
  ] as const) {
    it(`into a frame ${what} is confirmed there, and the page around it is left alone`, async () => {
      if (isForbidden) await forbidStorage();
      const inside = await frame(`${attributes} src="${server.other}/shop?check_out_session_id=${SESSION}&a=1"`);
      await status(inside).getByText('€19.99').waitFor();
      expect(server.asked).toEqual([`/checkout/${SESSION}`]);
      await expect.poll(() => page.frames()[1].url()).toBe(`${server.other}/shop?a=1`);
      expect(page.url()).toBe(`${server.site}/?outside=1`);
    });
  }

  it('to the page around is not taken for one of the frame', async () => {
    server.pages.set('/outside', { html: `<!doctype html><title>Outside</title><iframe src="/shop"></iframe>` });
    await page.goto(`${server.site}/outside?check_out_session_id=${SESSION}`);
    await buy(page.frameLocator('iframe')).waitFor();
    expect(server.asked).toEqual([]);
    expect(page.url()).toContain(SESSION);
  });
});
