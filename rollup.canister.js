/** What the canister serves: the element, in a copy that takes the origin it came from for the canister, what signs shoppers in, and the dashboard. */
import { patch, standalone } from './rollup.config.js';
import whole from './rollup.whole.js';

const fromHome = patch('/component/home.ts', [['home: string | undefined = undefined', 'home = new URL(import.meta.url).origin']]);

export default [
  {
    input: { 'ic-stripe-pay': 'component/index.ts' },
    plugins: [fromHome, ...standalone({ isShipping: true, folder: 'dist/canister/' })],
    output: { dir: 'dist/canister', format: 'es' },
  },
  ...whole,
];
