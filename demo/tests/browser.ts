/** Real Chromium, for tests. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../find-chromium.mjs';

const ARTIFACTS = new URL('../../artifacts/', import.meta.url);

/** Starts Chromium, which keeps to this machine, and keeps pages for the Back button as it does for people. */
export function launch(): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', ...quiet], ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

/** Keeps a picture of the page, or of a part of it, as artifacts/NAME.png. */
export async function screenshot(page: Page, name: string, part?: string): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  const path = fileURLToPath(new URL(`${name}.png`, ARTIFACTS));
  await (part === undefined ? page.screenshot({ path, fullPage: true }) : page.locator(part).screenshot({ path }));
}
