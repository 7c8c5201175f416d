/** What the first version of the canister has stored, for upgrades from it. */
import type { Status } from '../contract.js';

const DAY = 86_400;
const CODES: Partial<Record<Status, number>> = { open: 1, processing: 2, paid: 3, failed: 4, expired: 5, refunded: 6 };

/** A payment as the first version knew it. */
export interface Old {
  id: string;
  status: Status;
  /** In seconds since 1970. */
  created: number;
  reference?: string;
  /** When it was to be looked up again, in seconds since 1970. */
  due?: number;
}

/** Under which key, and in which bytes: `version u8 | status u8 | due u32 | terms u16 | private u16 | private JSON | answer JSON`, big-endian. */
export function oldEntry({ id, status, created, reference = undefined, due = 0xffff_ffff }: Old): [key: string, value: Uint8Array] {
  const payment = {
    id, client_reference_id: reference ?? null, payment_link: 'plink_1', mode: 'payment', payment_status: status === 'paid' ? 'paid' : 'unpaid', amount_total: 1_000,
    currency: 'eur', amount_refunded: 0, created, livemode: false,
  };
  const hidden = bytes(JSON.stringify({ payment_intent: status === 'open' ? null : `pi_${id}`, expires_at: created + DAY }));
  const head = new DataView(new ArrayBuffer(10));
  head.setUint8(0, 1);
  head.setUint8(1, CODES[status]!);
  head.setUint32(2, due);
  head.setUint16(6, 1);
  head.setUint16(8, hidden.length);
  return [`p${id}`, Uint8Array.from([...new Uint8Array(head.buffer), ...hidden, ...bytes(JSON.stringify({ status, payment }))])];
}

/** The settings, and the number of the last call. */
export function oldSettings(api_key: string): [key: string, value: Uint8Array][] {
  const settings = {
    livemode: false, accept_modes: ['payment'], payment_links: [], accept_no_payment_required: false, terms_generation: 1, api_host: 'api.stripe.com',
    api_key, idempotent_proxy: null, pricing_version: 2,
  };
  return [
    ['s', bytes(JSON.stringify({ version: 1, settings }))],
    ['n', bytes('41')],
  ];
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
