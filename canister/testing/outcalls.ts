/**
 * The management canister's `http_request`, over a model of Stripe: decodes the argument, asks, transforms the answer as the
 * canister's own `transform` does, and lets it arrive when it is told to, whole or with a fault.
 *
 * https://docs.internetcomputer.org/references/ic-interface-spec#ic-http_request
 */
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { latin1 } from '../encoding/bytes.js';
import { reduceAnswer } from '../stripe/answer.js';
import { HttpResult, TransformArgs, readTransformArgs, transformedTemplate } from '../stripe/outcall.js';
import type { HttpAnswer, ModelStripe } from './model-stripe.js';

/** What a call may be rejected with, as Azle has it. */
const REJECTIONS = {
  rejected: callError('CallRejected', 'Canister http request timed out'),
  not_performed: callError('CallPerformFailed', ''),
  no_liquid_cycles: callError('InsufficientLiquidCycleBalance', ''),
  /** The canister, once the answer is there. */
  trap: callError('CleanupCallback', ''),
};
const ANSWERS = ['rate_limited', 'disguised', 'stripe_error', 'html', 'empty', 'other_session', 'large'] as const;
type AnswerFault = (typeof ANSWERS)[number];

/** What may go wrong with an outcall. */
export type Fault = keyof typeof REJECTIONS | AnswerFault;
export const FAULTS = [...(Object.keys(REJECTIONS) as (keyof typeof REJECTIONS)[]), ...ANSWERS];

/** An outcall that was made. */
export interface Outcall {
  url: URL;
  headers: Record<string, string>;
  /** In seconds since 1970. */
  at: number;
}

const Header = IDL.Record({ name: IDL.Text, value: IDL.Text });

/** Written here anew, so that it judges the canister's own. */
const Argument = IDL.Record({
  url: IDL.Text,
  max_response_bytes: IDL.Opt(IDL.Nat64),
  method: IDL.Variant({ get: IDL.Null, head: IDL.Null, post: IDL.Null }),
  headers: IDL.Vec(Header),
  body: IDL.Opt(IDL.Vec(IDL.Nat8)),
  transform: IDL.Opt(IDL.Record({ function: IDL.Func([TransformArgs], [HttpResult], ['query']), context: IDL.Vec(IDL.Nat8) })),
  is_replicated: IDL.Opt(IDL.Bool),
  pricing_version: IDL.Opt(IDL.Nat32),
});

interface DecodedArgument {
  url: string;
  max_response_bytes: [bigint];
  method: object;
  headers: { name: string; value: string }[];
  transform: [{ function: [Principal, string]; context: Uint8Array }];
}

const TRANSFORMED = transformedTemplate();
const PADDING = 'x'.repeat(20_000);

export class Outcalls {
  /** All that were ever made. */
  readonly made: Outcall[] = [];
  /** What goes wrong with those that are made from now on. */
  fault: (url: URL) => Fault | undefined = () => undefined;
  /** Those that have not arrived. What they say is what Stripe said when they were made. */
  private inFlight: { isTrap: boolean; arrive: () => void }[] = [];

  constructor(
    private readonly stripe: ModelStripe,
    private readonly now: () => number,
  ) {}

  readonly call = (args: Uint8Array, cycles: bigint): Promise<Uint8Array> => {
    const { url: text, max_response_bytes, method, headers, transform } = IDL.decode([Argument], args)[0] as unknown as DecodedArgument;
    if (!('get' in method) || transform[0].function[1] !== 'transform') throw new Error('an outcall that is none of ours');
    if (cycles < 1_000_000_000n) throw new Error('too few cycles for an outcall');
    const url = new URL(text);
    this.made.push({ url, headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])), at: this.now() });
    const fault = this.fault(url);
    const outcome = this.outcome(url, fault, Number(max_response_bytes[0]));
    return new Promise((resolve, reject) => {
      const arrive = () => (outcome instanceof Uint8Array ? resolve(outcome) : reject(outcome));
      this.inFlight.push({ isTrap: fault === 'trap', arrive });
    });
  };

  get inFlightCount(): number {
    return this.inFlight.length;
  }

  /** Lets one of those in flight arrive. Returns what becomes of the canister's message then; undefined where there is none. */
  arrive(which = 0): 'reply' | 'trap' | undefined {
    const call = this.inFlight.splice(which % Math.max(1, this.inFlight.length), 1).at(0);
    call?.arrive();
    return call && (call.isTrap ? 'trap' : 'reply');
  }

  /** Forgets those in flight, as an upgrade does. */
  lose(): void {
    this.inFlight = [];
  }

  /** The reply, or what the call is rejected with. */
  private outcome(url: URL, fault: Fault | undefined, cap: number): Uint8Array | Error {
    if (fault !== undefined && isRejection(fault)) return REJECTIONS[fault];
    const answer = this.rawAnswer(url, fault);
    return answer.body.length > cap ? callError('CallRejected', `Http body exceeds size limit of ${cap} bytes.`) : transformed(answer);
  }

  private rawAnswer(url: URL, fault: AnswerFault | undefined): HttpAnswer {
    const limited = { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' } };
    const answer = this.stripe.get(url);
    switch (fault) {
      case 'rate_limited':
        return { status: 429, body: JSON.stringify(limited) };
      case 'disguised': // by a proxy
        return { status: 200, body: JSON.stringify(limited) };
      case 'stripe_error':
        return { status: 500, body: JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred' } }) };
      case 'html':
        return { status: 502, body: '<html><body>Bad Gateway</body></html>' };
      case 'empty':
        return { status: 200, body: '' };
      case 'other_session': {
        const other = this.stripe.sessions.findLast(({ id }) => !url.pathname.endsWith(id));
        return other ? this.stripe.get(new URL(`https://api.stripe.com/v1/checkout/sessions/${other.id}`)) : { status: 200, body: '{}' };
      }
      case 'large':
        return { ...answer, body: answer.body.replace('{', `{"metadata":{"note":"${PADDING}"},`) };
      case undefined:
        return answer;
    }
  }
}

function isRejection(fault: Fault): fault is keyof typeof REJECTIONS {
  return fault in REJECTIONS;
}

/** As the entry point `transform` has it. */
function transformed({ status, body }: HttpAnswer): Uint8Array {
  const response = { status: BigInt(status), headers: [{ name: 'request-id', value: 'req_1' }], body: new TextEncoder().encode(body) };
  const raw = readTransformArgs(new Uint8Array(IDL.encode([TransformArgs], [{ response, context: new Uint8Array() }])));
  return TRANSFORMED.fill([ascii(reduceAnswer(raw.status, latin1(raw.body)))]);
}

/** An error as Azle rejects calls with. */
function callError(type: string, rejectMessage: string): Error {
  return Object.assign(new Error(rejectMessage), { type, rejectCode: 4, rejectMessage });
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
