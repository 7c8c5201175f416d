/** The element for the canister to serve: the same script, which takes the origin it came from for the canister. */
import { patch, standalone } from './rollup.config.js';

const fromHome = patch('/component/home.ts', [['home: string | undefined = undefined', 'home = new URL(import.meta.url).origin']]);

export default {
  input: { 'ic-stripe-pay': 'component/index.ts' },
  plugins: [fromHome, ...standalone({ isShipping: true, folder: 'dist/canister/' })],
  output: { dir: 'dist/canister', format: 'es' },
};
