/**
 * A shop of licence keys, as a recipe for canisters that deliver what is paid for. A customer has one order, which has one
 * key; the licence is good as long as one payment for the order stands. Payments are told by deliveries of the payment
 * canister (`payment_changed`), or are claimed (`redeem`): either is enough, both do no harm, in any order and repeated.
 */
import { call, IDL, init, inspectMessage, msgArgData, msgCaller, msgMethodName, msgReject, msgReply, query, StableBTreeMap, update } from 'azle';
import { ClaimArgument, ClaimResult, Delivery, Licence, Redeemed, REFUSALS, Terms, type LicenceValue, type PaymentValue, type RedeemedValue, type TermsValue } from './interface.js';

interface Order {
  key: string;
  /** By the Checkout Session's id: whether the payment stands. What does not stand any more never will again. */
  payments: Record<string, boolean>;
}

// All that is kept, in stable memory: by reference, the references by customer, and the terms by 0. Orders are never removed.
const orders = new StableBTreeMap<string, Order>(0);
const references = new StableBTreeMap<string, string>(1);
const termsOf = new StableBTreeMap<number, TermsValue>(2);

const MANUAL = { manual: true };
const FOR_CUSTOMERS = ['order', 'redeem', 'my_licence'];
/** Reject code of calls that are refused in the callee's own words: https://docs.internetcomputer.org/references/ic-interface-spec#reject-codes */
const CANISTER_REJECT = 4;
/** In bytes. */
const LONGEST_ARGUMENT = 1_000;

export default class {
  /** An upgrade runs nothing: everything is where it was. */
  @init([Terms])
  init(terms: TermsValue): void {
    termsOf.insert(0, terms);
  }

  /** Of what comes from outside; canisters are not asked about. What is turned away here costs no cycles. */
  @inspectMessage(MANUAL)
  inspect(): boolean {
    return FOR_CUSTOMERS.includes(msgMethodName()) && msgArgData().length <= LONGEST_ARGUMENT && !msgCaller().isAnonymous();
  }

  /** The reference of the customer's order, for the tag. The same in every call. */
  @update([], IDL.Text)
  async order(): Promise<string> {
    const by = customer();
    if (!references.containsKey(by)) {
      const random = await call<undefined, Uint8Array>('aaaaa-aa', 'raw_rand', { returnIdlType: IDL.Vec(IDL.Nat8) });
      // From here nothing is awaited: a second call may have come meanwhile, and was first.
      if (!references.containsKey(by)) {
        const reference = `licence-${Number(orders.len()) + 1}-${hex(random.subarray(0, 16))}`;
        orders.insert(reference, { key: hex(random.subarray(16)), payments: {} });
        references.insert(by, reference);
      }
    }
    return references.get(by)!;
  }

  /** Claims a payment that the tag has told of. @param clientReference as paid with: the tag appends a secret to the order's reference */
  @update([IDL.Text, IDL.Text], Redeemed)
  async redeem(session: string, clientReference: string): Promise<RedeemedValue> {
    const reference = references.get(customer());
    if (!reference || orderReference(clientReference) !== reference) return { refused: 'The payment is not one for your order.' };
    const { stripe_backend, payment_link, currency, price } = termsOf.get(0)!;
    let outcome: string;
    try {
      const expected = { session_id: session, reference: clientReference, payment_link, currency, min_amount: price };
      const result = await call<[object], Record<string, null>>(stripe_backend, 'claim_payment', { paramIdlTypes: [ClaimArgument], returnIdlType: ClaimResult, args: [expected] });
      [outcome] = Object.keys(result);
    } catch (error) {
      const { type, rejectCode, rejectMessage } = error as { type?: string; rejectCode?: number; rejectMessage?: string };
      // This canister has trapped after the answer came, and nothing can be returned any more.
      if (type === 'CleanupCallback') throw error;
      return { refused: (rejectCode === CANISTER_REJECT && rejectMessage) || 'It cannot be told now what has become of the payment: try again.' };
    }
    // `already_yours`: claimed before, and the reply was lost, by an upgrade for one.
    if (outcome in REFUSALS) return { refused: REFUSALS[outcome as keyof typeof REFUSALS] };
    // A refund that was told while this waited stays.
    const licence = settle(reference, session, true);
    return licence.status === 'active' ? { licence } : { refused: REFUSALS.refunded };
  }

  /** What the payment canister calls. Whatever is not replied to comes again, so what is of no use here is answered all the same. */
  @update([Delivery], undefined, MANUAL)
  payment_changed(): void {
    const { stripe_backend, payment_link, currency, price } = termsOf.get(0)!;
    // Before anything of a stranger's is decoded.
    if (msgCaller().toText() !== stripe_backend.toText()) return msgReject('Only the payment canister may call this.');
    const [{ payment }] = IDL.decode([Delivery], msgArgData()) as unknown as [{ payment: PaymentValue }];
    const reference = orderReference(payment.client_reference_id[0] ?? '');
    const [total = 0n] = payment.amount_total;
    if (payment.payment_link[0] === payment_link && payment.currency[0] === currency && total >= price && orders.containsKey(reference)) {
      settle(reference, payment.id, payment.status === 'paid' && total - payment.amount_refunded >= price);
    }
    msgReply(new Uint8Array(IDL.encode([], [])));
  }

  @query([], IDL.Opt(Licence))
  my_licence(): [] | [LicenceValue] {
    const order = orders.get(references.get(customer()) ?? '');
    return order && Object.keys(order.payments).length > 0 ? [licenceOf(order)] : [];
  }
}

function customer(): string {
  const by = msgCaller();
  if (by.isAnonymous()) throw new Error('Sign in first.');
  return by.toText();
}

/** The reference that was given to the tag. */
function orderReference(clientReference: string): string {
  return clientReference.split('-isp1')[0];
}

/** Writes down what has become of a payment for an order. */
function settle(reference: string, payment: string, stands: boolean): LicenceValue {
  const order = orders.get(reference)!;
  order.payments[payment] = (order.payments[payment] ?? true) && stands;
  orders.insert(reference, order);
  return licenceOf(order);
}

function licenceOf({ key, payments }: Order): LicenceValue {
  return { key, status: Object.values(payments).includes(true) ? 'active' : 'revoked' };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
