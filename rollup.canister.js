/** The element for the canister to serve: the same script, which takes the origin it came from for the canister. */
import { standalone } from './rollup.config.js';

const fromHome = {
  name: 'from home',
  transform: (code, id) => (id.endsWith('/component/home.ts') ? { code: 'export const home = new URL(import.meta.url).origin;', map: null } : null),
};

export default {
  input: { 'ic-stripe-pay': 'component/index.ts' },
  plugins: [fromHome, ...standalone({ isShipping: true, folder: 'dist/canister/' })],
  output: { dir: 'dist/canister', format: 'es' },
};
