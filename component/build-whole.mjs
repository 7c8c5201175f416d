/**
 * Builds what is mostly libraries, each in one file with everything in it: the merchant's dashboard, and what signs shoppers in,
 * which the tag loads from beside its own script when it is needed. Not by Rollup, which takes thirty times as long for two
 * hundredths less.
 */
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const LIBRARIES = 'Lit (c) Google LLC, BSD-3-Clause; @dfinity (c) DFINITY Stiftung, Apache-2.0; noble (c) Paul Miller, MIT';

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: { 'ic-stripe-dashboard': 'component/dashboard/index.ts', 'ic-stripe-sign-in': 'component/sign-in/index.ts' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  // Named, because otherwise it is NODE_ENV that decides which build of Lit is taken.
  conditions: ['production'],
  banner: { js: `/*! ic-stripe-pay, MIT; ${LIBRARIES} */` },
  legalComments: 'none',
  // Of the libraries, and of how types are checked, nothing is to change what is built.
  tsconfigRaw: {},
});
