/** Real Chromium, for tests. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../find-chromium.mjs';

const ARTIFACTS = new URL('../../artifacts/', import.meta.url);

/** Starts Chromium, which keeps to this machine, and keeps pages for the Back button as it does for people. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

/** Keeps a picture of the page, or of a part of it, as artifacts/NAME.png. */
export async function screenshot(page: Page, name: string, part?: string): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  const path = fileURLToPath(new URL(`${name}.png`, ARTIFACTS));
  await (part === undefined ? page.screenshot({ path, fullPage: true }) : page.locator(part).screenshot({ path }));
}
