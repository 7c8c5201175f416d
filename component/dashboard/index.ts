/** Registers `<ic-stripe-dashboard>`, unless that has been done. */
import { IcStripeDashboard } from './element.js';

export * from './element.js';

declare global {
  interface HTMLElementTagNameMap {
    'ic-stripe-dashboard': IcStripeDashboard;
  }
}

const first = customElements.get('ic-stripe-dashboard') as { readonly version?: string } | undefined;
if (!first) customElements.define('ic-stripe-dashboard', IcStripeDashboard);
else if (first.version !== IcStripeDashboard.version) console.warn(`<ic-stripe-dashboard> ${IcStripeDashboard.version}: ${first.version ?? 'another'} came first and stays.`);
