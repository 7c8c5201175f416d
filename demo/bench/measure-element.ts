/** How much the element is to load. */
import { readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Measurement } from './measurement.js';

const SCRIPT = 'ic-stripe-pay.js';

/** Of the self-contained script, as `npm run build` made it. */
export async function measureElement(): Promise<Measurement[]> {
  const script = await readFile(new URL(`../../dist/${SCRIPT}`, import.meta.url));
  return [
    { name: SCRIPT, value: script.length, unit: 'bytes' },
    { name: `${SCRIPT}, gzip`, value: gzipSync(script, { level: 9 }).length, unit: 'bytes' },
    { name: `${SCRIPT}, brotli`, value: brotliCompressSync(script).length, unit: 'bytes' },
  ];
}
