import type { IcStripePay } from './element.js';
import type { Options } from './options.js';

/** What frameworks may write on the tag: the attributes, and the one property that has none. */
export interface TagAttributes {
  'payment-link'?: string;
  'canister-id'?: string;
  gateway?: string;
  reference?: string;
  email?: string;
  'lock-email'?: boolean;
  'promo-code'?: string;
  locale?: string;
  'session-param'?: string;
  target?: string;
  'sign-in'?: string;
}

/** What frameworks may set instead, as properties. */
export type TagProperties = Options & Partial<Pick<IcStripePay, 'messages'>>;
