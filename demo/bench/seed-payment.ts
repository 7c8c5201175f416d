/** What all seeded payments have in common. Apart from the seeding itself, so that both it and its canister can read it. */
import type { Payment } from '../../canister/contract.js';

/** Of a session's id, in characters: all of Stripe's have as many today. */
export const ID_LENGTH = 66;

export const SEEDED_PAYMENT: Omit<Payment, 'id'> = {
  client_reference_id: 'order-42-isp1abcdefghijklmnopqrstuvwxyz',
  payment_link: 'plink_1SAbCdEfGhIjKlMnOpQrStUv',
  mode: 'payment',
  payment_status: 'paid',
  amount_total: 1999,
  currency: 'eur',
  amount_refunded: 0,
  created: 1795561771,
  livemode: false,
};
