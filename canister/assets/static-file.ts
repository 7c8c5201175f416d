/** Files that the canister serves as they are: the element's script, its languages, and the page at `/`. */
import type { Header } from '../certification/response-hash.js';

/** One of them, ready to be sent. The build makes it (see pack.ts), so that no installation hashes it. */
export interface StaticFile {
  /** Where it is served, from the root. */
  path: string;
  /** All headers of the response, names in lower case. */
  headers: readonly Header[];
  /** The bytes as they are sent, as a Candid blob literal without its quotes. */
  body: string;
  /** The hash of the response (status 200, headers, body), in hexadecimal. */
  response: string;
  /** The hash of the tree's part with the last label of the path, in hexadecimal. */
  labeled: string;
}

/** What the build puts into the Wasm. */
export interface StaticFiles {
  files: readonly StaticFile[];
  /** The hashes of what lies to the left and to the right of the label `checkout` in the tree of paths, in hexadecimal. */
  before: string;
  after: string;
}
