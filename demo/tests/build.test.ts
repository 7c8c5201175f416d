/** The same source gives the same Wasm, wherever and by whatever it is built. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const hash = async (file: string) => createHash('sha256').update(await readFile(file)).digest('hex');

let elsewhere: string;
beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'another folder '));
  for (const part of ['canister', 'component', 'rollup.config.js', 'rollup.canister.js', 'rollup-locales.js', 'tsconfig.json', 'dfx.json', 'icp.yaml', 'package.json', 'package-lock.json']) await cp(join(root, part), join(elsewhere, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
});
afterAll(() => rm(elsewhere, { recursive: true }));

it('npm run build:canister builds it byte for byte in another folder', async () => {
  execFileSync('npm', ['run', '--silent', 'build:canister'], { cwd: elsewhere });
  expect(await hash(join(elsewhere, 'dist/stripe_backend.wasm'))).toBe(await hash(join(root, 'dist/stripe_backend.wasm')));
}, 180_000);

// The official command line comes for this platform only.
it.runIf(process.platform === 'linux' && process.arch === 'x64')('icp build builds it, too', async () => {
  const home = join(elsewhere, 'home');
  execFileSync(icp(), ['build'], { stdio: 'pipe', cwd: elsewhere, env: { ...process.env, HOME: home, DO_NOT_TRACK: '1' } });
  expect(await hash(join(elsewhere, '.icp/cache/artifacts/stripe_backend'))).toBe(await hash(join(root, 'dist/stripe_backend.wasm')));
}, 180_000);

function icp(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@icp-sdk/icp-cli-linux-x64/package.json')), 'bin/icp');
}
