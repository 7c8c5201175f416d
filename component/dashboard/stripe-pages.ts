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

/** What the canister listens to, with the name by which its figures count it; it ignores other events. */
export const EVENTS: readonly { type: string; counted: string }[] = [
  ...['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired'].map((change) => ({ type: `checkout.session.${change}`, counted: change })),
  { type: 'charge.refunded', counted: 'refund' },
  { type: 'charge.dispute.created', counted: 'dispute' },
];
