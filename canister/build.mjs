/**
 * Builds the canister: dist/stripe_backend.wasm, and dist/stripe_backend.did, the Candid that Azle finds in the code.
 * What the canister shows of itself is the one beside this file, which says the same and more.
 *
 * Azle writes the path of its folder into the Wasm. With a root that is named
 * relative to the working folder, the same source gives the same Wasm wherever
 * it is built.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const NAME = 'stripe_backend';
const dist = new URL('../dist/', import.meta.url);
const candid = new URL(`${NAME}.did`, import.meta.url);

mkdirSync(dist, { recursive: true });
execFileSync('npx', ['--no-install', 'azle', 'build', NAME], {
  cwd: new URL('.', import.meta.url),
  env: { ...process.env, AZLE_DFX_ROOT: '..', CANISTER_CANDID_PATH: `../dist/${NAME}.did` },
  stdio: 'inherit',
});
const wasm = readFileSync(new URL(`../.azle/${NAME}/${NAME}.wasm`, import.meta.url));
writeFileSync(new URL(`${NAME}.wasm`, dist), Buffer.concat([wasm, customSection('icp:public candid:service', readFileSync(candid))]));

/** A Wasm custom section: canister metadata, from which command lines know the methods' types. */
function customSection(name, content) {
  const body = Buffer.concat([leb128(name.length), Buffer.from(name), content]);
  return Buffer.concat([Buffer.of(0), leb128(body.length), body]);
}

function leb128(value) {
  const out = [];
  for (; value >= 0x80; value >>>= 7) out.push((value & 0x7f) | 0x80);
  return Buffer.of(...out, value);
}
