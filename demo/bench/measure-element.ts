/** How much the element is to load, as `npm run build` made it. */
import { readdir, readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Measurement } from './measurement.js';

const DIST = new URL('../../dist/', import.meta.url);
const SCRIPT = 'ic-stripe-pay.js';

export async function measureElement(): Promise<Measurement[]> {
  const script = await readFile(new URL(SCRIPT, DIST));
  const locales = (await readdir(new URL('locales/', DIST))).filter((name) => name.endsWith('.json'));
  const packed = await Promise.all(locales.map((name) => gzip(`locales/${name}`)));
  return [
    { name: SCRIPT, value: script.length, unit: 'bytes' },
    { name: `${SCRIPT}, gzip`, value: await gzip(SCRIPT), unit: 'bytes' },
    { name: `${SCRIPT}, brotli`, value: brotliCompressSync(script).length, unit: 'bytes' },
    { name: 'element without Lit, gzip', value: await gzip('element.js'), unit: 'bytes' },
    { name: 'its registration, gzip', value: await gzip('index.js'), unit: 'bytes' },
    { name: 'controller, gzip', value: await gzip('controller.js'), unit: 'bytes' },
    { name: 'largest language, gzip', value: Math.max(...packed), unit: 'bytes' },
  ];
}

async function gzip(file: string): Promise<number> {
  return gzipSync(await readFile(new URL(file, DIST)), { level: 9 }).length;
}
