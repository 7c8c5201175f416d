/** What the canister will not take, told before it is asked. The canister's own check is the one that counts. */
import { ANONYMOUS, isPrincipal } from './principal-text.js';
import { wantedOf, type Draft, type Field } from './settings-draft.js';

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const KEY = /^[\x21-\x7e]{0,255}$/;
const SECRET = /^whsec_[A-Za-z0-9+/=_-]{8,200}$/;
const LINK = /^plink_[A-Za-z0-9]+$/;
const METHOD = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
const MOST: Partial<Record<Field, number>> = { webhook_secrets: 4, payment_links: 100, admins: 20, fulfillers: 10, domains: 7 };

/** What is wrong with a draft, by setting, in words that say how to mend it. */
export function faultsOf(draft: Draft): Partial<Record<Field, string>> {
  const wanted = wantedOf(draft);
  const { api_key: key = '', webhook_secrets: secrets = [], payment_links: links = [], admins = [], fulfillers = [], domains = [] } = wanted;
  const faults: Partial<Record<Field, string>> = {};
  const check = (holds: boolean, field: Field, words: string) => {
    if (!holds) faults[field] ??= words;
  };
  for (const [field, most] of Object.entries(MOST)) check((wanted[field as keyof typeof wanted] as unknown[]).length <= most, field as Field, `At most ${most} are possible: remove some.`);
  check(KEY.test(key), 'api_key', 'Give the key alone, in one line without spaces, as the Stripe Dashboard shows it.');
  check(!(draft.livemode && /^[a-z]+_test_/.test(key)), 'livemode', 'This is a test key: choose test mode, or give a live key.');
  check(draft.livemode || !/^[a-z]+_live_/.test(key), 'livemode', 'This is a live key: choose live mode, or give a test key.');
  check(secrets.every((secret) => draft.keptSecrets.includes(secret) || SECRET.test(secret)), 'webhook_secrets', 'Give one whole signing secret: it begins with whsec_.');
  check(links.every((link) => LINK.test(link)), 'payment_links', 'Give ids, which begin with plink_, not addresses. The Stripe Dashboard shows them on the page of each link.');
  check(draft.accept_modes.length > 0, 'accept_modes', 'Choose at least one, or no payment counts.');
  check(HOST.test(wanted.api_host!), 'api_host', 'Give a host name such as api.stripe.com, without https:// and without a path.');
  check(wanted.idempotent_proxy === '' || HOST.test(wanted.idempotent_proxy!), 'idempotent_proxy', 'Give a host name, without https:// and without a path, or nothing.');
  check(admins.every(isPrincipal), 'admins', 'Give principals, as people see theirs when they sign in here.');
  check(!admins.includes(ANONYMOUS), 'admins', 'Remove the anonymous principal, which is everybody.');
  check(new Set(domains).size === domains.length, 'domains', 'Name each only once.');
  check(!domains.some((domain) => domain.split('.').includes('raw')), 'domains', 'Remove those of gateways that do not verify (raw).');
  check(domains.every((domain) => DOMAIN.test(domain)), 'domains', 'Give host names in lower case such as pay.example.com, without https:// and without a path.');
  for (const { canister, payment_links: own, method } of fulfillers) {
    check(isPrincipal(canister) && canister !== ANONYMOUS, 'fulfillers', 'Give each its principal, which is not the anonymous one.');
    check(own.length > 0 && own.length <= 30 && own.every((link) => LINK.test(link)), 'fulfillers', 'Give each 1 to 30 ids of payment links (plink_…).');
    check(method === null || METHOD.test(method), 'fulfillers', 'Give methods by their names, of letters, digits and _, or none.');
  }
  check(new Set(fulfillers.map(({ canister }) => canister)).size === fulfillers.length, 'fulfillers', 'Name each only once, with all of its links.');
  return faults;
}
