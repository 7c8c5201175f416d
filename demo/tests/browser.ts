/** Real Chromium, for tests. */
import { mkdir } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '../../find-chromium.mjs';

const ARTIFACTS = new URL('../../artifacts/', import.meta.url);

/** Starts Chromium, which keeps to this machine. */
export function launch(): Promise<Browser> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', ...quiet] });
}

/** Keeps a picture of the page as artifacts/NAME.png. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, ARTIFACTS).pathname, fullPage: true });
}
