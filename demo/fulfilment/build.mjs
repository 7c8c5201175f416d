/**
 * Builds the sample canister: dist/licence_shop.wasm, and dist/licence_shop.did, the Candid that Azle finds in the code.
 *
 * The root is named relative to the working folder, so that the Wasm is the same wherever it is built.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';

const NAME = 'licence_shop';
const root = new URL('../../', import.meta.url);

mkdirSync(new URL('dist/', root), { recursive: true });
execFileSync('npx', ['--no-install', 'azle', 'build', NAME], {
  cwd: root,
  env: { ...process.env, AZLE_DFX_ROOT: '.', CANISTER_CANDID_PATH: `dist/${NAME}.did` },
  stdio: 'inherit',
});
copyFileSync(new URL(`.azle/${NAME}/${NAME}.wasm`, root), new URL(`dist/${NAME}.wasm`, root));
