/** Fills a canister with payments, as many as a busy year brings. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Principal } from '@dfinity/principal';
import type { LocalIc } from '../local/ic/index.js';
import { sessionId } from './shopper.js';

const NAME = 'seed_canister';
const FOLDER = new URL('../../dist/bench/', import.meta.url);
/** Payments in one message, well below what one may compute on the IC. */
const BATCH = 1_000;

/**
 * Builds the canister that seeds, as canister/build.mjs builds the real one: with the same store, it lays stable memory
 * out in the same way.
 */
export function buildSeeder(): Uint8Array {
  mkdirSync(FOLDER, { recursive: true });
  const config = { type: 'custom', main: '../../demo/bench/seed-canister.ts', candid: `${NAME}.did`, wasm: `${NAME}.wasm`, build: '' };
  writeFileSync(new URL('dfx.json', FOLDER), JSON.stringify({ canisters: { [NAME]: config } }));
  execFileSync('npx', ['--no-install', 'azle', 'build', NAME], {
    cwd: fileURLToPath(FOLDER),
    env: { ...process.env, AZLE_DFX_ROOT: '.', CANISTER_CANDID_PATH: `${NAME}.did` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Uint8Array(readFileSync(new URL(`.azle/${NAME}/${NAME}.wasm`, FOLDER)));
}

/** Stores the payments of the sessions numbered from 0, in a canister that has just been installed with the seeder. */
export async function seed(ic: LocalIc, canister: Principal, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => sessionId(from + index));
    await ic.update(canister, 'seed', Buffer.from(ids.join('')));
  }
}
