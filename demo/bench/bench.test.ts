import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bench = (...flags: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('bench.ts', import.meta.url)), ...flags], { encoding: 'utf8' });

it('--help says what there is, and measures nothing', () => {
  const { status, stdout, stderr } = bench('--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('--json FILE');
});

it.each([
  ['a flag that there is not', ['--jsno', 'x'], "Unknown option '--jsno'"],
  ['--json without a file', ['--json'], "'--json <value>' argument missing"],
  ['a stray word', ['file.json'], 'file.json'],
])('%s is refused with the usage', (_, flags, message) => {
  const { status, stdout, stderr } = bench(...flags);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
  expect(stderr).toContain('npm run bench -- [--json FILE]');
});

// It counts on this platform only.
it.runIf(process.platform === 'linux' && process.arch === 'x64')('everything is within its budget, and the README says what is measured', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'bench-')), 'bench.json');
  const { status, stdout, stderr } = bench('--no-build', '--json', file);
  expect(stderr).not.toContain('left out');
  expect([status, stdout]).toEqual([0, expect.stringContaining('query that answers, raw host')]);
  const rows = JSON.parse(readFileSync(file, 'utf8')) as { name: string; value: number; unit: string; budget: number | null }[];
  expect(Object.keys(rows[0])).toEqual(['name', 'value', 'unit', 'budget']);

  const value = (name: string) => rows.find((row) => row.name === name)?.value ?? NaN;
  const millions = (name: string, digits: number) => (value(name) / 1e6).toFixed(digits);
  const growth = ['a query that answers', 'a query that upgrades', 'an update that confirms'].map((what) => value(`growth of ${what}`).toFixed(2));
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  for (const cell of [
    ...['ic-stripe-pay.js', 'element without Lit', 'controller', 'largest language'].map((what) => `${value(`${what}, gzip`).toLocaleString('en')} bytes`),
    `${millions('query that answers, raw host', 2)} / ${millions('query that upgrades, raw host', 2)} M instructions`,
    `${millions('certified query', 1)} M instructions`,
    `${millions('update that asks Stripe, with nothing to certify', 1)} M instructions`,
    `${millions('update that confirms, all certified answers kept', 1)} M instructions`,
    `${millions('webhook', 1)} M instructions`,
    `${millions('confirmed payment, pricing v2', 0)} / ${millions('confirmed payment, pricing v1', 0)} M cycles`,
    `${growth.join(' / ')} times`,
    `${(value('idle canister') / 1e9).toFixed(2)} G cycles a day`,
  ]) {
    expect(readme).toContain(`| ${cell} |`);
  }
}, 600_000);
