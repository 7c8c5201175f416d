/** What is answered to HTTP requests, by query and by update, and which updates are let in at all. */
import type { Principal } from '@dfinity/principal';
import { MalformedArgument } from '../encoding/candid-cursor.js';
import type { Gate } from '../payments/gate.js';
import type { Checkout } from '../payments/checkout.js';
import type { References } from '../payments/references.js';
import type { Webhooks } from '../payments/webhooks.js';
import { LARGEST_BODY, SIGNATURE_FAULTS, type SignatureFault } from '../stripe/signature.js';
import type { System } from '../system.js';
import type { CertifiedPages } from './certified-pages.js';
import { isRawHost, readRequest, type Request } from './interface.js';
import { Responses } from './responses.js';
import type { StaticPages } from './static-pages.js';
import { routeOf, type Refused, type Route } from './route.js';

/**
 * Of a request without a body, in bytes: more than any browser's headers take when no cookies are sent. What is let in costs
 * 2,000 cycles a byte.
 */
const LONGEST_REQUEST = 8_192;

/**
 * A webhook for which up to so many bytes are to be hashed is checked before it is let in: hashing takes 8,400 instructions a byte, and what is not
 * in yet may take 200 M in all (https://docs.internetcomputer.org/references/resource-limits). Longer ones are rationed.
 */
const CHECKED_OUTSIDE = 20_000;

const NOT_BY_CANISTER = { code: 'called_by_canister', message: 'Events come from Stripe through an HTTP gateway, and not from another canister.' };

/** What the pages are made of. */
export interface Rooms {
  system: System;
  gate: Gate;
  checkout: Checkout;
  references: References;
  webhooks: Webhooks;
  certified: CertifiedPages;
  statics: StaticPages;
}

/** Takes and gives Candid. Every method throws MalformedArgument for what is not a request. */
export class Pages {
  private readonly self: string;
  private readonly responses: Responses;
  private readonly received: Uint8Array;

  constructor(private readonly rooms: Rooms) {
    this.self = rooms.system.self.toText();
    this.responses = new Responses(rooms.gate.wait);
    this.received = this.responses.json(this.json({ received: true }));
  }

  /**
   * Answers from what is known, and asks to be called as an update when it is time to ask Stripe.
   *
   * A gateway verifies what it passes on, except on the raw host: there the answer is this one node's word. Elsewhere it is
   * certified or an upgrade, and preflights are answered by the gateway itself.
   */
  query(argument: Uint8Array): Uint8Array {
    if (argument.length > LARGEST_BODY + LONGEST_REQUEST) throw new MalformedArgument('too long');
    const request = readRequest(argument);
    const route = routeOf(request.method, request.url);
    if (route.kind === 'checkout') {
      const known = this.rooms.checkout.known(route.id, route.livemode);
      if (known === undefined) return this.responses.upgrade;
      if (isRawHost(request.header('host'), this.self)) return this.responses.json(known);
      return (!route.hasSlash && this.rooms.certified.response(route.id, known)) || this.responses.upgrade;
    }
    if (route.kind === 'preflight') return this.responses.preflight;
    const isRaw = isRawHost(request.header('host'), this.self);
    if (route.kind === 'refused' && route.status === 404 && /^(GET|HEAD)$/.test(request.method)) {
      const file = this.rooms.statics.response(request.url.split('?')[0], isRaw);
      if (file) return file;
    }
    if (route.kind === 'webhook' || !isRaw) return this.responses.upgrade;
    if (route.kind === 'refused') return this.refuse(route);
    const known = this.rooms.references.known(route.reference);
    return known ? this.responses.json(known) : this.responses.upgrade;
  }

  /** Answers like the query, after asking Stripe where it is time to. */
  update(argument: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const [request, route] = readBounded(argument);
    switch (route.kind) {
      case 'preflight':
        return this.within(this.rooms.gate.refusals) ? this.responses.preflight : this.busy;
      case 'refused':
        return this.within(this.rooms.gate.refusals) ? this.refuse(route) : this.busy;
      case 'webhook':
        return this.receive(request);
      case 'checkout': {
        const { checkout, certified } = this.rooms;
        const known = checkout.known(route.id, route.livemode);
        if (known === undefined) return this.lookUp(checkout.lookUp(route.id));
        if (!this.within(this.rooms.gate.answers)) return this.busy;
        if (checkout.isFinal(route.id)) certified.keep(route.id, known);
        return this.responses.json(known);
      }
      case 'reference': {
        const known = this.rooms.references.known(route.reference);
        if (known === undefined) return this.lookUp(this.rooms.references.lookUp(route.reference));
        return this.within(this.rooms.gate.answers) ? this.responses.json(known) : this.busy;
      }
    }
  }

  /**
   * Whether {@link update} would do anything with a request: what is turned away here costs nothing. One node decides so,
   * and requests of canisters do not pass here; so the update looks at everything again. Changes nothing.
   */
  mayUpdate(argument: Uint8Array): boolean {
    const [request, route] = readBounded(argument);
    const { gate, checkout, references } = this.rooms;
    const now = this.now();
    switch (route.kind) {
      case 'preflight':
      case 'refused':
        return gate.refusals.has(now);
      case 'webhook':
        return this.mayReceive(request, now);
      case 'checkout':
        return checkout.known(route.id, route.livemode) === undefined ? checkout.mayLookUp : gate.answers.has(now);
      case 'reference':
        return references.known(route.reference) === undefined ? references.mayLookUp(route.reference) : gate.answers.has(now);
    }
  }

  private mayReceive(request: Request, now: number): boolean {
    const { gate, webhooks } = this.rooms;
    const signature = request.header('stripe-signature');
    const work = webhooks.work(request.body);
    const isLarge = work > CHECKED_OUTSIDE;
    const isRight = isLarge ? webhooks.seemsRight(signature, request.body) : webhooks.fault(signature, request.body) === undefined;
    // Who sets an endpoint up is told what is wrong with it, now and then.
    if (!isRight) return gate.refusals.has(now);
    return !isLarge || gate.largeEvents.has(now, work);
  }

  private receive(request: Request): Uint8Array {
    const { gate, webhooks, system } = this.rooms;
    // Nobody has checked a canister's call before it was let in, so it may not use up what is there for Stripe.
    if (isCanister(system.caller())) return this.responses.refused(403, this.json({ error: NOT_BY_CANISTER }));
    // Hashing is what a stranger can make us do.
    const work = webhooks.work(request.body);
    const ration = work > CHECKED_OUTSIDE ? gate.largeEvents : gate.events;
    if (!this.within(ration, work)) return this.busy;
    const fault = webhooks.fault(request.header('stripe-signature'), request.body);
    if (fault !== 'wrong_signature') ration.giveBack(work);
    if (fault !== undefined) return this.within(gate.refusals) ? this.responses.refused(400, this.faultJson(fault)) : this.busy;
    webhooks.take(request.body);
    return this.received;
  }

  private async lookUp(answer: Promise<Uint8Array | undefined>): Promise<Uint8Array> {
    const found = await answer;
    return found ? this.responses.json(found) : this.busy;
  }

  private refuse(route: Refused): Uint8Array {
    const body = this.json(route.refusal);
    return route.status === 405 ? this.responses.notAllowed(route.allow, body) : this.responses.refused(route.status, body);
  }

  /** Takes some of a ration, if there is as much left. */
  private within(ration: Gate['answers'], count = 1): boolean {
    const now = this.now();
    const isLeft = ration.has(now, count);
    if (isLeft) ration.take(now, count);
    return isLeft;
  }

  private get busy(): Uint8Array {
    return this.responses.busy(this.rooms.checkout.busy);
  }

  private faultJson(fault: SignatureFault): Uint8Array {
    return this.json({ error: { code: fault, message: SIGNATURE_FAULTS[fault] } });
  }

  private json(value: object): Uint8Array {
    return this.rooms.system.bytes(JSON.stringify(value));
  }

  /** Seconds since 1970, with fractions. */
  private now(): number {
    return Number(this.rooms.system.time()) / 1e9;
  }
}

/** Reads a request that is not too long for what it asks. Throws MalformedArgument. */
function readBounded(argument: Uint8Array): [Request, Route] {
  if (argument.length > LARGEST_BODY + LONGEST_REQUEST) throw new MalformedArgument('too long');
  const request = readRequest(argument);
  const route = routeOf(request.method, request.url);
  if (route.kind !== 'webhook' && argument.length > LONGEST_REQUEST) throw new MalformedArgument('too long');
  return [request, route];
}

/** Whether a principal is a canister: those alone are opaque ids (https://docs.internetcomputer.org/references/ic-interface-spec#id-classes). */
function isCanister(principal: Principal): boolean {
  return principal.toUint8Array().at(-1) === 1;
}
