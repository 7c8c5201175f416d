/** The canister's entry points. What they do stands in the modules beside. */
import { IDL } from '@dfinity/candid';
import { candidEncode, canisterSelf, init, msgArgData, msgReject, msgReply, postUpgrade, query, update } from 'azle';
import { asciiBytes } from './ascii-bytes.js';
import { latin1 } from './bytes.js';
import { Cursor, MalformedArgument } from './candid-cursor.js';
import { Checkout } from './checkout.js';
import {
  HttpRequest,
  HttpResponse,
  HttpUpdateRequest,
  Responses,
  isRawHost,
  readRequest,
  sampleRequests,
  type Request,
} from './http-interface.js';
import { HttpResult, SAMPLE_TRANSFORM_ARGS, TransformArgs, readTransformArgs, transformedTemplate } from './outcall.js';
import { routeOf, type Route } from './route.js';
import { InitArgument, settingsFrom, type DecodedInitArgument } from './settings.js';
import { getSettings, setSettings } from './store.js';
import { reduceAnswer } from './stripe-answer.js';

/** Azle neither decodes nor replies: `IDL` is too dear where shoppers pass, and strangers' arguments may be huge. */
const MANUAL = { manual: true };

export default class {
  // Made when the canister starts, so that no shopper waits for it.
  private readonly responses = new Responses();
  private readonly transformed = transformedTemplate();
  private checkout!: Checkout;
  /** This canister's id, as gateways write it. */
  private self!: string;

  @init([InitArgument], MANUAL)
  init(): void {
    this.start();
  }

  @postUpgrade([InitArgument], MANUAL)
  postUpgrade(): void {
    this.start();
  }

  /** Answers from what is known, and asks to be called as an update when it is time to ask Stripe. */
  @query([HttpRequest], HttpResponse, MANUAL)
  http_request(): void {
    replyOrReject(() => {
      const request = readRequest(msgArgData());
      const route = routeOf(request.method, request.url);
      const known = this.answer(route);
      if (known === undefined || !mayAnswerUncertified(route, request, this.self)) return this.responses.upgrade;
      return known;
    });
  }

  /** Answers like the query, after asking Stripe where it is time to. */
  @update([HttpUpdateRequest], HttpResponse, MANUAL)
  async http_request_update(): Promise<void> {
    let session: string | undefined;
    replyOrReject(() => {
      const request = readRequest(msgArgData());
      const route = routeOf(request.method, request.url);
      const known = this.answer(route);
      if (known === undefined && route.kind === 'checkout') session = route.id;
      return known;
    });
    if (session !== undefined) msgReply(this.responses.json(200, await this.checkout.lookUp(session)));
  }

  /** Keeps of Stripe's answer what every node can agree on and what may be stored. */
  @query([TransformArgs], HttpResult, MANUAL)
  transform(): void {
    replyOrReject(() => {
      const { status, body } = readTransformArgs(msgArgData());
      return this.transformed.fill([asciiBytes(reduceAnswer(status, latin1(body)))]);
    });
  }

  /** The answer that needs no lookup, or undefined. */
  private answer(route: Route): Uint8Array | undefined {
    switch (route.kind) {
      case 'preflight':
        return this.responses.preflight;
      case 'refused':
        return this.responses.json(route.status, asciiBytes(JSON.stringify(route.refusal)));
      case 'checkout': {
        const known = this.checkout.known(route.id, route.livemode);
        return known && this.responses.json(200, known);
      }
    }
  }

  /** Takes the settings from the argument; where it is empty, as in a plain upgrade, the stored ones stay. */
  private start(): void {
    const argument = msgArgData();
    let settings = getSettings();
    if (latin1(argument) !== EMPTY_ARGUMENT) {
      const [decoded] = IDL.decode([InitArgument], argument) as unknown as [DecodedInitArgument];
      settings = settingsFrom(decoded, settings);
      setSettings(settings);
    }
    if (!settings) throw new Error('The init argument is missing: (record { api_host = "api.stripe.com"; api_key = "rk_…" })');
    const self = canisterSelf();
    this.checkout = new Checkout(settings, self);
    this.self = self.toText();
    for (const sample of [...sampleRequests(candidEncode), candidEncode(SAMPLE_TRANSFORM_ARGS)]) Cursor.learn(sample);
  }
}

/** `()` in Candid. */
const EMPTY_ARGUMENT = 'DIDL\0\0';

/**
 * Whether a query may answer at a single node's word. A gateway verifies what it
 * passes on, except on the raw host, and it answers preflights itself.
 */
function mayAnswerUncertified(route: Route, request: Request, canister: string): boolean {
  return route.kind === 'preflight' || isRawHost(request.header('host'), canister);
}

/** Replies with what `answer` returns, if anything; rejects what is not a request. */
function replyOrReject(answer: () => Uint8Array | undefined): void {
  try {
    const reply = answer();
    if (reply) msgReply(reply);
  } catch (error) {
    if (!(error instanceof MalformedArgument)) throw error;
    msgReject(`This method does not take such an argument: ${error.message}.`);
  }
}
