import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSession } from './session.js';
import { readEvent } from './event.js';

const bytes = (json: unknown) => new Uint8Array(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json, null, 2), 'utf8'));

const address = { city: 'Ulm', country: 'DE', line1: 'Gäßchen 1 \\ "hinten"', line2: null, postal_code: '89073', state: null };
const person = { address, email: 'zoe@example.com', name: 'Zoë “Zo” O’Neill \u{1F6B2}', phone: '+491234567' };

const session = {
  id: `cs_test_a1${'b'.repeat(56)}`,
  object: 'checkout.session',
  amount_total: 1999,
  client_reference_id: 'order-42-isp1abc',
  created: 1_795_561_771,
  currency: 'eur',
  custom_fields: [{ key: 'engraving', text: { value: `For ${person.name}` } }],
  customer_details: person,
  customer_email: person.email,
  expires_at: 1_795_648_171,
  livemode: false,
  metadata: { note: 'internal' },
  mode: 'payment',
  payment_intent: 'pi_3abc',
  payment_link: 'plink_1abc',
  payment_status: 'paid',
  presentment_details: { presentment_amount: 2150, presentment_currency: 'usd' },
  status: 'complete',
};

const charge = {
  id: 'ch_3abc',
  object: 'charge',
  amount: 1999,
  amount_captured: 1999,
  amount_refunded: 500,
  billing_details: { ...person, tax_id: null },
  created: 1_795_561_772,
  currency: 'eur',
  livemode: false,
  metadata: {},
  payment_intent: 'pi_3abc',
  payment_method_details: { card: { last4: '4242' }, type: 'card' },
  receipt_email: person.email,
  refunded: false,
  status: 'succeeded',
};

const dispute = {
  id: 'du_1abc',
  object: 'dispute',
  amount: 1999,
  charge: 'ch_3abc',
  currency: 'eur',
  evidence: { customer_email_address: person.email, customer_name: person.name },
  livemode: false,
  payment_intent: 'pi_3abc',
  reason: 'fraudulent',
  status: 'needs_response',
};

/** An event as Stripe sends it. */
const eventOf = (type: string, object: unknown, changes: object = {}) => ({
  id: 'evt_1SAbCdEfGhIjKlMnOpQrStUv',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_795_561_800,
  data: { object },
  livemode: false,
  pending_webhooks: 1,
  request: { id: 'req_1', idempotency_key: null },
  type,
  ...changes,
});
const newsOf = (type: string, object: unknown, changes?: object) => readEvent(bytes(eventOf(type, object, changes)))?.news;

const IGNORED = { kind: 'ignored' };
const REFUND = { kind: 'refund', payment_intent: 'pi_3abc', charge: 'ch_3abc', amount: 1999, amount_refunded: 500, refunded: false, currency: 'eur' };
const DISPUTE = { kind: 'dispute', payment_intent: 'pi_3abc', charge: 'ch_3abc' };

describe('an event', () => {
  it('is known by its id, its time and its mode', () => {
    expect(readEvent(bytes(eventOf('charge.dispute.created', dispute)))).toEqual({
      id: 'evt_1SAbCdEfGhIjKlMnOpQrStUv',
      created: 1_795_561_800,
      livemode: false,
      news: DISPUTE,
    });
    expect(readEvent(bytes(eventOf('charge.dispute.created', dispute, { livemode: true })))?.livemode).toBe(true);
  });

  it.each(['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired'])('tells of a session: %s', (change) => {
    expect(newsOf(`checkout.session.${change}`, session)).toEqual({ kind: 'session', change, session: readSession(session) });
  });

  it('tells of a refund, with all that came before it', () => {
    expect(newsOf('charge.refunded', charge)).toEqual(REFUND);
    expect(newsOf('charge.refunded', { ...charge, amount_refunded: 1999, refunded: true })).toEqual({ ...REFUND, amount_refunded: 1999, refunded: true });
    expect(newsOf('charge.refunded', { ...charge, id: 'py_3abc', payment_intent: { id: 'pi_4', object: 'payment_intent' } })).toEqual({ ...REFUND, charge: 'py_3abc', payment_intent: 'pi_4' });
  });

  it('tells of a dispute', () => {
    expect(newsOf('charge.dispute.created', dispute)).toEqual(DISPUTE);
    expect(newsOf('charge.dispute.created', { ...dispute, charge: { id: 'py_5', object: 'charge' } })).toEqual({ ...DISPUTE, charge: 'py_5' });
  });

  it('leaves all of the payer behind', () => {
    for (const [type, object] of [['checkout.session.completed', session], ['charge.refunded', charge], ['charge.dispute.created', dispute]] as const) {
      const kept = JSON.stringify(readEvent(bytes(eventOf(type, object))));
      expect(kept).toContain('pi_3abc');
      expect(kept).not.toMatch(/zo|neill|ulm|hinten|4912|4242|internal|example/i);
    }
  });

  it.each([
    ['of another type', 'invoice.paid', session],
    ["of a type that every object has as a field's name", 'constructor', session],
    ['of a type that only begins like ours', 'checkout.session.completed.2', session],
    ['of a type that is none', 5, session],
    ['about another object', 'checkout.session.completed', charge],
    ['about a session without an id', 'checkout.session.completed', { ...session, id: null }],
    ['about a refund of no charge', 'charge.refunded', { ...charge, object: 'refund' }],
    ['about a charge without an id', 'charge.refunded', { ...charge, id: '' }],
    ['about a charge that belongs to no session', 'charge.refunded', { ...charge, payment_intent: null }],
    ['about an amount that is none', 'charge.refunded', { ...charge, amount_refunded: '500' }],
    ['about an amount below zero', 'charge.refunded', { ...charge, amount_refunded: -1 }],
    ['about an amount with a fraction', 'charge.refunded', { ...charge, amount: 19.99 }],
    ['about a refund that is neither whole nor partial', 'charge.refunded', { ...charge, refunded: null }],
    ['about no currency', 'charge.refunded', { ...charge, currency: 'Euro' }],
    ['about a dispute that belongs to no session', 'charge.dispute.created', { ...dispute, payment_intent: null }],
    ['about a dispute of no charge', 'charge.dispute.created', { ...dispute, charge: undefined }],
    ['about something else', 'charge.dispute.created', { ...dispute, object: 'review' }],
    ['about nothing', 'charge.refunded', null],
  ])('%s is ignored', (_, type, object) => {
    expect(newsOf(type as string, object)).toEqual(IGNORED);
  });

  it('without data is ignored', () => {
    for (const data of [null, undefined, 'text', []]) expect(newsOf('charge.refunded', charge, { data })).toEqual(IGNORED);
  });

  it("of a connected account is ignored: it is not the merchant's money", () => {
    expect(newsOf('charge.refunded', charge, { account: 'acct_1' })).toEqual(IGNORED);
    expect(newsOf('charge.refunded', charge, { account: null })).toEqual(REFUND);
  });

  it.each([
    ['of API v2', { ...eventOf('charge.refunded', charge), object: 'v2.core.event' }],
    ['without an id', eventOf('charge.refunded', charge, { id: undefined })],
    ["with another object's id", eventOf('charge.refunded', charge, { id: 'ch_1' })],
    ['with an id too long to keep', eventOf('charge.refunded', charge, { id: `evt_${'1'.repeat(201)}` })],
    ['without a time', eventOf('charge.refunded', charge, { created: '2026-11-25T00:00:00Z' })],
    ['of no mode', eventOf('charge.refunded', charge, { livemode: 1 })],
    ['in a list', [eventOf('charge.refunded', charge)]],
    ['that is null', 'null'],
    ['cut short', JSON.stringify(eventOf('charge.refunded', charge)).slice(0, -1)],
    ['that is nothing', ''],
  ])('%s is none', (_, json) => {
    expect(readEvent(bytes(json))).toBeUndefined();
  });

  it('is read wherever something in it is something else', () => {
    const events = [eventOf('checkout.session.completed', session), eventOf('charge.refunded', charge), eventOf('charge.dispute.created', dispute)];
    const place = fc.constantFrom(...events).chain((event) =>
      fc.record({
        event: fc.constant(event),
        path: fc.oneof(
          fc.constantFrom(...Object.keys(event)).map((field) => [field]),
          fc.constantFrom(...Object.keys(event.data.object as object)).map((field) => ['data', 'object', field]),
        ),
        value: fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', 'toString', 1e308, -0)),
      }),
    );
    fc.assert(
      fc.property(place, ({ event, path, value }) => {
        const changed = structuredClone(event) as Record<string, unknown>;
        const holder = path.slice(0, -1).reduce((object, field) => object[field] as Record<string, unknown>, changed);
        holder[path.at(-1)!] = value;
        const read = readEvent(bytes(changed));
        if (read?.news.kind === 'refund') expect(read.news.amount_refunded).toBeGreaterThanOrEqual(0);
        expect(JSON.stringify(read) ?? '').not.toMatch(/example|neill/i);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is none, whatever the JSON or the bytes', () => {
    const anything = fc.oneof(fc.jsonValue().map(bytes), fc.uint8Array(), fc.json().map((text) => bytes(`{"object":"event","data":{"object":${text}}`)));
    fc.assert(
      fc.property(anything, (body) => {
        expect(readEvent(body)).toBeUndefined();
      }),
    );
  });
});
