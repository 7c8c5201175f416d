import { IcStripePay } from './element.js';

export * from './element.js';

const TAG = 'ic-stripe-pay';

declare global {
  interface HTMLElementTagNameMap {
    [TAG]: IcStripePay;
  }
}

// Without a DOM (Node, a worker, a server that renders) there is nothing to register with.
if (globalThis.window?.customElements) {
  const known = customElements.get(TAG) as { version?: string } | undefined;
  if (!known) customElements.define(TAG, IcStripePay);
  else if (known.version !== IcStripePay.version) {
    console.warn(`<${TAG}> ${IcStripePay.version}: ${known.version ?? 'another'} came first and stays.`);
  }
}
