/** Pages of the Stripe Dashboard, where what the canister cannot do is done. */

const DASHBOARD = 'https://dashboard.stripe.com/';

/** The Dashboard in a mode; test mode has a path of its own. */
function inMode(livemode: boolean, path: string): string {
  return `${DASHBOARD}${livemode ? '' : 'test/'}${path}`;
}

export const paymentPage = (paymentIntent: string, livemode: boolean) => inMode(livemode, `payments/${encodeURIComponent(paymentIntent)}`);
export const paymentLinksPage = (livemode: boolean) => inMode(livemode, 'payment-links');
export const webhooksPage = (livemode: boolean) => inMode(livemode, 'webhooks');

/** The form for a restricted key, with the one permission chosen that the canister needs. */
export const newKeyPage = (livemode: boolean) => inMode(livemode, `apikeys/create?name=${encodeURIComponent('ic-stripe-pay canister')}&permissions%5B%5D=rak_checkout_session_read`);

/** What the canister listens to; it ignores other events. */
export const EVENTS: readonly string[] = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'charge.refunded',
  'charge.dispute.created',
];
