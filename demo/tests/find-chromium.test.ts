import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findChromium } from '../../find-chromium.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  vi.stubEnv('CHROME_PATH', '');
  vi.stubEnv('PATH', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function program(name: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, '');
  await chmod(file, 0o755);
  return file;
}

describe('finding Chromium', () => {
  it('takes the usual names on the PATH', async () => {
    const chrome = await program('google-chrome-stable');
    expect(findChromium()).toBe(chrome);
    expect(await program('chromium')).toBe(findChromium());
  });

  it('takes CHROME_PATH before all others', async () => {
    await program('chromium');
    vi.stubEnv('CHROME_PATH', await program('my-browser'));
    expect(findChromium()).toBe(join(folder, 'my-browser'));
  });

  it('says what to mend where CHROME_PATH is wrong', () => {
    vi.stubEnv('CHROME_PATH', join(folder, 'nothing'));
    expect(() => findChromium()).toThrow('CHROME_PATH names');
  });

  it.skipIf(process.platform === 'darwin')('says what to install where there is none', () => {
    expect(() => findChromium()).toThrow('apt-get install chromium');
  });
});
