/**
 * Shoppers who sign in. A tag with `sign-in` loads this by itself; a shop's own page imports it to show shoppers their payments:
 *
 *     import { myPayments, principal, signOut } from 'ic-stripe-pay/sign-in';
 *
 * One session in this browser serves all tags of the origin, for 8 hours; it is also that of a shop's own `AuthClient`.
 * An identity provider makes a principal for each origin: a shopper of `shop.example` is another one at `www.shop.example`.
 */
import { BackendError } from '../dashboard/backend.js';
import { connectShopper } from '../dashboard/ic.js';
import { CANISTER_ID, canisterOrigin } from '../gateway.js';
import { isLocalHost, parseSafeUrl } from '../local-host.js';
import type { Options } from '../options.js';
import { failureOf } from './failures.js';
import { SignInFailure } from './problems.js';
import type { MyPayment, ShopperAccess, Target } from './shopper.js';

export { SignInFailure, type SignInProblem } from './problems.js';
export type { MyPayment } from './shopper.js';

/** Where to sign in, and for which canister: the tag's own properties, so that a tag will do. */
export type SignInOptions = Pick<Options, 'canisterId' | 'gateway' | 'signIn'>;

/** What takes calls for every canister, whatever domain it has. */
const MAINNET = 'https://icp-api.io';

let access: Promise<ShopperAccess> | undefined;

/** Made ready at once, so that a click can open the window in its own task. Anew where that has failed. */
function open(): Promise<ShopperAccess> {
  return (access ??= connectShopper().catch((error: unknown) => {
    access = undefined;
    throw failureOf(error);
  }));
}
// Not where there is no browser, on a server. Whoever needs it is told what went wrong.
if (globalThis.window) void open().catch(() => undefined);

/** Who has signed in in this browser, as text; undefined while nobody has, or no more. */
export async function principal(): Promise<string | undefined> {
  return (await open()).principal();
}

/** Ends the session of this browser. */
export async function signOut(): Promise<void> {
  await (await open()).signOut();
}

/**
 * The shopper's payments, the newest first, a hundred at most. Where nobody has signed in it opens the window for that,
 * and must be called in the task of a click. Rejects with a {@link SignInFailure}, or where
 * an attribute cannot be used with an error whose `problem` says which.
 */
export async function myPayments(options: SignInOptions): Promise<MyPayment[]> {
  return enter(options, canisterOrigin(options.gateway, options.canisterId), (shopper, target) => shopper.myPayments(target));
}

/**
 * A `client_reference_id` that the canister binds to the shopper, whom it signs in first where nobody has: to be called in the
 * task of a click then. The tag does so by itself; this is for who leads to Stripe in another way. Rejects as {@link myPayments} does.
 * @param origin the canister's, by the options unless given
 */
export async function issueReference(options: SignInOptions & Pick<Options, 'reference'>, origin = canisterOrigin(options.gateway, options.canisterId)): Promise<string> {
  return enter(options, origin, async (shopper, target) => {
    for (;;) {
      const { reference } = options;
      const issued = await shopper.issueReference(target, reference ?? '').catch((error: unknown) => refused(error, () => shopper.myPayments(target)));
      // A tag may stand for another order by now.
      if (reference === options.reference) return issued;
    }
  });
}

/** What waits for a shopper to sign in; the tag's checkout does. */
interface Waiting {
  readonly state: unknown;
  reset(): void;
  pay(issued: string): void;
}

/** For the tag: signs the shopper in and goes on to Stripe, unless the shopper or the page has done something else meanwhile. */
export async function signIn(checkout: Waiting, options: Options, origin: string): Promise<void> {
  const { state } = checkout;
  const isWaiting = (): boolean => checkout.state === state;
  const issued = await issueReference(options, origin).catch((error: unknown) => {
    if (isWaiting()) throw error;
  });
  if (!issued || !isWaiting()) return;
  checkout.reset();
  checkout.pay(issued);
}

async function enter<T>(options: SignInOptions, origin: string, act: (shopper: ShopperAccess, target: Target) => Promise<T>): Promise<T> {
  const target = targetOf(options, origin);
  const provider = providerOf(options.signIn);
  const shopper = await open();
  try {
    if ((await shopper.principal()) === undefined) await shopper.signIn(provider);
    return await act(shopper, target);
  } catch (error) {
    throw failureOf(error);
  }
}

/** Explains a call that was turned away at the door, where the canister has no words: a query has the same conditions but the ration. */
async function refused(error: unknown, ask: () => Promise<unknown>): Promise<never> {
  if (!(error instanceof BackendError && error.message.includes('rejected the message'))) throw error;
  await ask();
  throw new SignInFailure('sign_in_refused', 'Many shoppers sign in just now. A few seconds later the canister issues references again.');
}

function targetOf({ canisterId }: SignInOptions, origin: string): Target {
  const { hostname } = new URL(origin);
  const id = canisterId ?? hostname.split('.', 1)[0];
  if (!CANISTER_ID.test(id)) throw new SignInFailure('canister_id_missing', 'Set canister-id: shoppers who sign in need it, also where gateway is the canister’s own domain.');
  return { canisterId: id, host: isLocalHost(hostname) ? origin : MAINNET };
}

/** The address to sign in at; the client library's own unless given. */
function providerOf(address: string | undefined): string | undefined {
  if (!address) return undefined;
  const url = parseSafeUrl(address);
  if (!url) throw new SignInFailure('sign_in_provider_invalid', 'sign-in must be empty, for Internet Identity, or the https:// address of an identity provider.');
  return url.href;
}
