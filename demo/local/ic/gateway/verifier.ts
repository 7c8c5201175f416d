import type * as Library from '@dfinity/response-verification';
import { createRequire } from 'node:module';

type Verifier = typeof Library;

const require = createRequire(import.meta.url);
const MODULE = require.resolve('@dfinity/response-verification');

let verifier = load();

/**
 * `verifyRequestResponsePair` of DFINITY's library. It is Wasm, and traps on what its authors did not foresee, such as a
 * certificate whose CBOR claims to hold billions of entries; each trap leaves less of the stack to later calls, until none
 * succeeds any more. So the one that has trapped is replaced.
 * @throws {Error} when the response does not verify
 */
export function verifyPair(...pair: Parameters<Verifier['verifyRequestResponsePair']>): ReturnType<Verifier['verifyRequestResponsePair']> {
  try {
    return verifier.verifyRequestResponsePair(...pair);
  } catch (error) {
    if (error instanceof verifier.ResponseVerificationError) throw new Error(error.message, { cause: error });
    verifier = load();
    throw new Error(`the verifier failed on it (${String(error)})`, { cause: error });
  }
}

/** A fresh instance: the library makes its one when it is loaded. */
function load(): Verifier {
  delete require.cache[MODULE];
  return require(MODULE) as Verifier;
}
