/** What the canister serves: the element, in a copy that takes the origin it came from for the canister, what signs shoppers in, and the dashboard. */
import { patch, standalone } from './rollup.config.js';
import dashboard from './rollup.dashboard.js';
import signIn from './rollup.sign-in.js';

const fromHome = patch('/component/home.ts', [['home: string | undefined = undefined', 'home = new URL(import.meta.url).origin']]);

export default [
  {
    input: { 'ic-stripe-pay': 'component/index.ts' },
    plugins: [fromHome, ...standalone({ isShipping: true, folder: 'dist/canister/' })],
    output: { dir: 'dist/canister', format: 'es' },
  },
  dashboard,
  signIn,
];
