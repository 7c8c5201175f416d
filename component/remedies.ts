/**
 * What a site builder can get wrong, each with its remedy. The texts are for the console and,
 * on localhost, for the page; a shopper never reads them, and so never loads them.
 */
export const REMEDIES = {
  payment_link_missing: 'Set payment-link.',
  payment_link_invalid: 'payment-link must be an https:// address without user info.',
  reference_invalid: 'reference must be at most 169 of A-Z a-z 0-9 - _.',
  canister_id_missing: 'Set canister-id.',
  canister_id_invalid: 'canister-id must look like rrkah-fqaaa-aaaaa-aaaaq-cai.',
  gateway_invalid: 'gateway must be a host or an https:// origin.',
  placeholder_unfilled:
    'In the Stripe Dashboard, under "After payment" of the link, let the redirect address end in ?check_out_session_id={CHECKOUT_SESSION_ID}.',
  session_id_invalid: 'The address holds no Stripe session id.',
  session_not_found: "The canister knows no such session. Check canister-id, and its key's mode and payment links.",
  canister_misconfigured: "Check the canister's API key and settings.",
} as const;
