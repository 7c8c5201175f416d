/** The merchant's dashboard, in one file with everything in it: Lit, and the Internet Computer's client libraries. */
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild, { minify } from 'rollup-plugin-esbuild';

const PREAMBLE = '/*! ic-stripe-pay dashboard, MIT; Lit (c) Google LLC, BSD-3-Clause; @dfinity (c) DFINITY Stiftung, Apache-2.0; noble (c) Paul Miller, MIT */';

export default {
  input: { 'ic-stripe-dashboard': 'component/dashboard/index.ts' },
  plugins: [
    // Named, because otherwise it is NODE_ENV that decides which build of Lit is taken.
    nodeResolve({ browser: true, exportConditions: ['production'] }),
    esbuild({ target: 'es2022', tsconfig: false }),
    // Not terser, which takes twice the time for three hundredths less.
    minify({ target: 'es2022', legalComments: 'none', banner: PREAMBLE }),
  ],
  // Of the libraries, which speak of themselves and not of what is built here.
  onwarn: (warning, warn) => (['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code) && /node_modules/.test(warning.message + (warning.ids ?? []).join()) ? undefined : warn(warning)),
  output: { dir: 'dist', format: 'es', inlineDynamicImports: true },
};
