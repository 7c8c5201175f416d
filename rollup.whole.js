/**
 * What is mostly libraries, each in one file with everything in it: the merchant's dashboard, and what signs shoppers in, which
 * the tag loads from beside its own script when it is needed.
 */
import { nodeResolve } from '@rollup/plugin-node-resolve';
import esbuild, { minify } from 'rollup-plugin-esbuild';

const LIBRARIES = '@dfinity (c) DFINITY Stiftung, Apache-2.0; noble (c) Paul Miller, MIT';

function whole(name, input, libraries) {
  return {
    input: { [name]: input },
    plugins: [
      // Named, because otherwise it is NODE_ENV that decides which build of Lit is taken.
      nodeResolve({ browser: true, exportConditions: ['production'] }),
      esbuild({ target: 'es2022', tsconfig: false }),
      // Not terser, which takes twice the time for three hundredths less.
      minify({ target: 'es2022', legalComments: 'none', banner: `/*! ${name}, MIT; ${libraries} */` }),
    ],
    // Of the libraries, which speak of themselves and not of what is built here.
    onwarn: (warning, warn) => (['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code) && /node_modules/.test(warning.message + (warning.ids ?? []).join()) ? undefined : warn(warning)),
    output: { dir: 'dist', format: 'es', inlineDynamicImports: true },
  };
}

export default [
  whole('ic-stripe-dashboard', 'component/dashboard/index.ts', `Lit (c) Google LLC, BSD-3-Clause; ${LIBRARIES}`),
  whole('ic-stripe-sign-in', 'component/sign-in/index.ts', LIBRARIES),
];
