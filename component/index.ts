import { IcStripePay } from './element.js';
import { capture } from './returned.js';
import { VERSION } from './version.js';

export { IcStripePay } from './element.js';
export * from './events.js';
export type { Answer, Payment, Reason, Status } from '../canister/contract.js';
export type { Problem } from './problems.js';
export type { Own, State, Why } from './state.js';

const TAG = 'ic-stripe-pay';

declare global {
  interface HTMLElementTagNameMap {
    [TAG]: IcStripePay;
  }
}

// Without a DOM (Node, a worker, a server that renders) there is nothing to register with and no address.
if (globalThis.window?.customElements) {
  capture();
  const known = customElements.get(TAG) as { version?: string } | undefined;
  if (!known) customElements.define(TAG, IcStripePay);
  else if (known.version !== VERSION) {
    console.warn(`<${TAG}> ${VERSION}: ${known.version ?? 'another'} was here first and stays.`);
  }
}
