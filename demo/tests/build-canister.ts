/** Builds canisters that only tests need, by Azle. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Ignored by git, and within reach of node_modules. */
const FOLDER = fileURLToPath(new URL('../../.azle/', import.meta.url));
const NAME = 'fixture';

/** @param source the canister's TypeScript */
export async function buildCanister(source: URL): Promise<Uint8Array> {
  await mkdir(FOLDER, { recursive: true });
  const root = await mkdtemp(join(FOLDER, `${NAME}-`));
  try {
    const main = relative(root, fileURLToPath(source));
    const dfx = { canisters: { [NAME]: { type: 'custom', main, candid: `${NAME}.did`, wasm: `${NAME}.wasm` } } };
    await writeFile(join(root, 'dfx.json'), JSON.stringify(dfx));
    await promisify(execFile)('npx', ['--no-install', 'azle', 'build', NAME], { cwd: root, env: { ...process.env, CANISTER_CANDID_PATH: `${NAME}.did` } });
    return new Uint8Array(await readFile(join(root, '.azle', NAME, `${NAME}.wasm`)));
  } finally {
    await rm(root, { recursive: true });
  }
}
