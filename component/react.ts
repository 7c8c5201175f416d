/** Types for React 19 and later: `import type {} from 'ic-stripe-pay/react'`. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { IcStripePay } from './element.js';
import type { IcStripeErrorEvent, IcStripePaidEvent, IcStripeRedirectEvent, IcStripeReturnEvent, IcStripeStatusEvent } from './events.js';
import type { TagAttributes, TagProperties } from './tag-attributes.js';

/** React calls a listener by the event's very name. */
export interface Listeners {
  'onic-stripe-redirect'?: (event: IcStripeRedirectEvent) => void;
  'onic-stripe-return'?: (event: IcStripeReturnEvent) => void;
  'onic-stripe-status'?: (event: IcStripeStatusEvent) => void;
  'onic-stripe-paid'?: (event: IcStripePaidEvent) => void;
  'onic-stripe-error'?: (event: IcStripeErrorEvent) => void;
}

/** The props of the tag. */
export type IcStripePayProps = DetailedHTMLProps<HTMLAttributes<IcStripePay>, IcStripePay> & TagAttributes & TagProperties & Listeners;

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- React's own
  namespace JSX {
    interface IntrinsicElements {
      'ic-stripe-pay': IcStripePayProps;
    }
  }
}
