/** The canister in a local IC with Stripe's stand-in, and what each of its answers took. */
import type { Principal } from '@dfinity/principal';
import { decodeResponse, encodeQueryRequest, encodeUpdateRequest, type CanisterHttpResponse } from '../local/ic/gateway/candid.js';
import { LocalIc } from '../local/ic/index.js';
import type { ExecutedMessage } from '../local/ic/surroundings.js';
import { startStripe, type StripeStandIn } from '../local/stripe/index.js';
import { writeEvent } from '../local/stripe/event-object.js';
import { signatureHeader } from '../local/stripe/webhook-signature.js';
import { MOST_ANSWERS } from '../../canister/certification/certified-answers.js';
import { initArgument, type Settings } from '../tests/canister-world.js';
import { seed } from './seeding.js';
import { browserHeaders, eventId, paidSession, sessionId } from './shopper.js';

const CYCLES = 10_000_000_000_000n;
const NO_BYTES = new Uint8Array();
/** Confirmed beyond what is kept, so that the latest have made others give way. */
const SPARE = 16;

/** Signs events. */
export const WEBHOOK_SECRET = 'whsec_benchbenchbenchbenchbenchbench';

export interface SpecimenOptions {
  /** The canister's Wasm; instrumented where instructions shall be counted. */
  wasm: Uint8Array;
  settings?: Settings;
  /** Payments that are stored beforehand, and the canister that stores them. */
  payments?: { seeder: Uint8Array; count: number };
}

/** An answer, and what it took. */
export interface Asked {
  answer: CanisterHttpResponse;
  /** Of the Candid reply. */
  replyBytes: number;
  /** Of all messages together. */
  instructions: number;
}

export class Specimen {
  readonly ic: LocalIc;
  readonly canister: Principal;
  /** Of `canister_init`; with payments stored beforehand, of `canister_post_upgrade`. */
  readonly initInstructions: number;
  readonly #stripe: StripeStandIn;
  readonly #messages: ExecutedMessage[];

  private constructor(ic: LocalIc, canister: Principal, stripe: StripeStandIn, messages: ExecutedMessage[], initInstructions: number) {
    this.ic = ic;
    this.canister = canister;
    this.initInstructions = initInstructions;
    this.#stripe = stripe;
    this.#messages = messages;
  }

  static async start({ wasm, settings, payments }: SpecimenOptions): Promise<Specimen> {
    const messages: ExecutedMessage[] = [];
    const stripe = await startStripe({ port: 0 });
    const ic = new LocalIc({ seed: 'bench', outcallHosts: { 'api.stripe.com': stripe.url }, onMessage: (message) => messages.push(message) });
    const canister = ic.createCanister({ cycles: CYCLES });
    const argument = initArgument({ api_key: stripe.keys.good, ...settings });
    if (payments === undefined) {
      await ic.install(canister, wasm, argument);
    } else {
      await ic.install(canister, payments.seeder, NO_BYTES);
      await comeToRest(ic);
      await seed(ic, canister, payments.count);
      messages.length = 0;
      await ic.upgrade(canister, wasm, argument);
    }
    const init = total(messages);
    await comeToRest(ic);
    // A plain module, as the seeder is, is charged by the time it takes; and a canister that looks at its balance takes longer for a longer number.
    ic.setCycleBalance(canister, CYCLES);
    messages.length = 0;
    return new Specimen(ic, canister, stripe, messages, init);
  }

  async close(): Promise<void> {
    await Promise.all([this.ic.close(), this.#stripe.close()]);
  }

  /** A query, as a gateway asks it for the raw host. */
  async ask(path: string, method = 'GET'): Promise<Asked> {
    const request = { method, url: path, headers: browserHeaders(`${this.canister.toText()}.raw.icp0.io`), body: NO_BYTES };
    return this.#count(() => this.ic.query(this.canister, 'http_request', encodeQueryRequest(request)));
  }

  /** An update that has to ask Stripe, about a session that is paid; checks that the answer says so. */
  async confirm(id: string): Promise<Asked> {
    this.#stripe.createSession(paidSession(id));
    const asked = await this.#update(`/checkout/${id}`);
    const text = Buffer.from(asked.answer.body).toString();
    if (!text.startsWith('{"status":"paid"')) throw new Error(`the canister did not confirm a payment, but answered ${asked.answer.status} ${text}`);
    return asked;
  }

  /** A query on the verified host, for what is certified. */
  async askCertified(path: string): Promise<Asked> {
    const request = { method: 'GET', url: path, headers: browserHeaders(`${this.canister.toText()}.icp0.io`), body: NO_BYTES };
    return this.#count(() => this.ic.query(this.canister, 'http_request', encodeQueryRequest(request)));
  }

  /** An update about a session that nobody has finished: Stripe is asked, and there is nothing to certify. */
  async askAboutOpen(id: string): Promise<Asked> {
    this.#stripe.createSession({ ...paidSession(id), status: 'open', payment_status: 'unpaid' });
    return this.#update(`/checkout/${id}`);
  }

  /** Confirms as many payments as the canister keeps certified answers of, and some more, at the pace that it asks Stripe. */
  async fillCertified(from: number): Promise<void> {
    for (let index = from; index < from + MOST_ANSWERS + SPARE; index += 1) {
      await this.confirm(sessionId(index));
      await this.ic.advanceTime(1_000);
    }
  }

  /** Stripe's event about a payment, taken in, without the lookup that follows; {@link WEBHOOK_SECRET} has to be set. */
  async tell(id: string, metadata: Record<string, string> = {}): Promise<Asked & { eventBytes: number }> {
    const session = this.#stripe.createSession({ ...paidSession(id), metadata });
    const now = Number(this.ic.now() / 1_000_000n);
    const event = writeEvent({ type: 'checkout.session.completed', object: session }, now, 1);
    const body = Buffer.from(event.body.replace(event.id, eventId(id)));
    const asked = await this.#update('/webhook', 'POST', [['stripe-signature', signatureHeader(body.toString(), Math.floor(now / 1_000), [WEBHOOK_SECRET], true)]], body);
    if (asked.answer.status !== 200) throw new Error(`the canister did not take an event, but answered ${asked.answer.status}`);
    return { ...asked, instructions: total(this.#messages.filter(({ entry }) => entry?.includes('http_request_update'))), eventBytes: body.length };
  }

  #update(url: string, method = 'GET', headers: [string, string][] = [], body: Uint8Array = NO_BYTES): Promise<Asked> {
    const request = { method, url, headers: [...browserHeaders(`${this.canister.toText()}.icp0.io`), ...headers], body };
    return this.#count(() => this.ic.update(this.canister, 'http_request_update', encodeUpdateRequest(request)));
  }

  async #count(send: () => Promise<Uint8Array>): Promise<Asked> {
    this.#messages.length = 0;
    const reply = await send();
    await this.ic.settled();
    return { answer: decodeResponse(reply), replyBytes: reply.length, instructions: total(this.#messages) };
  }
}

/** Lets Azle do what it does by itself after it has begun, so that it is not counted with anything else. */
async function comeToRest(ic: LocalIc): Promise<void> {
  await ic.advanceTime(0);
  await ic.settled();
}

function total(messages: readonly ExecutedMessage[]): number {
  return Number(messages.reduce((sum, { instructions }) => sum + instructions, 0n));
}
