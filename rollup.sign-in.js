/** What signs shoppers in, in one file with everything in it: the tag loads it when it is needed, from beside its own script. */
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild, { minify } from 'rollup-plugin-esbuild';

const PREAMBLE = '/*! ic-stripe-pay sign-in, MIT; @dfinity (c) DFINITY Stiftung, Apache-2.0; noble (c) Paul Miller, MIT */';

export default {
  input: { 'ic-stripe-sign-in': 'component/sign-in/index.ts' },
  plugins: [
    nodeResolve({ browser: true, exportConditions: ['production'] }),
    esbuild({ target: 'es2022', tsconfig: false }),
    // Not terser, which takes twice the time for three hundredths less.
    minify({ target: 'es2022', legalComments: 'none', banner: PREAMBLE }),
  ],
  // Of the libraries, which speak of themselves and not of what is built here.
  onwarn: (warning, warn) => (['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code) && /node_modules/.test(warning.message + (warning.ids ?? []).join()) ? undefined : warn(warning)),
  output: { dir: 'dist', format: 'es', inlineDynamicImports: true },
};
