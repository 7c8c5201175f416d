/** What the shop's page does: it orders, lets the tag take the payment, redeems that, and shows the licence. */
import { Actor, HttpAgent, type ActorMethod } from '@dfinity/agent';
import { IDL } from '@dfinity/candid';
import { Ed25519KeyIdentity } from '@dfinity/identity';
import type {} from '../../../component/index.js';
import { Licence, Redeemed, type LicenceValue, type RedeemedValue } from '../interface.js';

/** Where everything is, from the server of the page. */
interface Places {
  /** The origin that answers for canisters. */
  gateway: string;
  licenceShop: string;
  stripeBackend: string;
  paymentLink: string;
}

interface Shop {
  order: ActorMethod<[], string>;
  redeem: ActorMethod<[string, string], RedeemedValue>;
  my_licence: ActorMethod<[], [] | [LicenceValue]>;
}

const service: IDL.InterfaceFactory = () =>
  IDL.Service({
    order: IDL.Func([], [IDL.Text], []),
    redeem: IDL.Func([IDL.Text, IDL.Text], [Redeemed], []),
    my_licence: IDL.Func([], [IDL.Opt(Licence)], ['query']),
  });

/** The customer of this tab. A shop that is more than a sample lets people sign in, by Internet Identity for one. */
function identity(): Ed25519KeyIdentity {
  const kept = sessionStorage.getItem('identity');
  const identity = kept === null ? Ed25519KeyIdentity.generate() : Ed25519KeyIdentity.fromJSON(kept);
  sessionStorage.setItem('identity', JSON.stringify(identity.toJSON()));
  return identity;
}

function say(text: string): void {
  document.querySelector('#licence')!.textContent = text;
}

const places = (await (await fetch('/places.json')).json()) as Places;
// The root key is fetched from a local Internet Computer only: the real one's is built in.
const agent = await HttpAgent.create({ host: places.gateway, identity: identity(), shouldFetchRootKey: true });
const shop = Actor.createActor<Shop>(service, { agent, canisterId: places.licenceShop });

document.addEventListener('ic-stripe-paid', (event) => {
  const { id, client_reference_id: reference } = event.payment;
  event.preventDefault(); // to be told again at the next visit, whatever becomes of this: who redeems twice has the same licence
  void shop.redeem(id, reference ?? '').then(
    (redeemed) => say('licence' in redeemed ? `Your licence: ${redeemed.licence.key}` : redeemed.refused),
    () => say('The shop cannot be reached: load this page again.'),
  );
});

const [licence] = await shop.my_licence();
if (licence?.status === 'active') say(`Your licence: ${licence.key}`);
else {
  const tag = document.createElement('ic-stripe-pay');
  Object.assign(tag, { paymentLink: places.paymentLink, canisterId: places.stripeBackend, gateway: places.gateway, reference: await shop.order() });
  tag.textContent = 'Buy a licence';
  document.querySelector('main')!.append(tag);
}
