import { spawnSync } from 'node:child_process';
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
