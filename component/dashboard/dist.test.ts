/** What is shipped of the dashboard. */
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const script = await readFile(new URL('../../dist/ic-stripe-dashboard.js', import.meta.url), 'utf8');

it('is one file that imports nothing, without any code made of text, which a content security policy forbids', () => {
  expect(script).not.toMatch(/\bimport\b\s*["'({*]|\bfrom\s*["']/);
  expect(script).not.toMatch(/\beval\(|new Function\(/);
});

it('is at most 105,000 bytes, packed', () => {
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(105_000);
});
