/** Types for Vue 3: `import type {} from 'ic-stripe-pay/vue'`. */
import type { DefineComponent } from 'vue';
import type { IcStripeErrorEvent, IcStripePaidEvent, IcStripeRedirectEvent, IcStripeReturnEvent, IcStripeStatusEvent } from './events.js';
import type { TagAttributes, TagProperties } from './tag-attributes.js';

/** `@ic-stripe-paid` in a template. */
export interface Listeners {
  onIcStripeRedirect?: (event: IcStripeRedirectEvent) => void;
  onIcStripeReturn?: (event: IcStripeReturnEvent) => void;
  onIcStripeStatus?: (event: IcStripeStatusEvent) => void;
  onIcStripePaid?: (event: IcStripePaidEvent) => void;
  onIcStripeError?: (event: IcStripeErrorEvent) => void;
}

declare module 'vue' {
  interface GlobalComponents {
    'ic-stripe-pay': DefineComponent<TagAttributes & TagProperties & Listeners>;
  }
}
