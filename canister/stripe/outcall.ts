/**
 * Asking Stripe, by an HTTPS outcall of the management canister.
 *
 * https://docs.internetcomputer.org/references/ic-interface-spec#ic-http_request
 */
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { ascii } from '../encoding/bytes.js';
import { Cursor, fieldHash } from '../encoding/candid-cursor.js';
import { Template } from '../encoding/candid-template.js';
import { outcallCycles } from './price.js';
import type { Settings } from '../settings.js';

/** The version of Stripe's API whose shapes are read here. https://docs.stripe.com/api/versioning */
const STRIPE_VERSION = '2026-10-28.endive';

/**
 * Caps on an answer's size, in bytes, headers included. A session is about 4 KB, 27 KB
 * with all its metadata set, and more where that is not ASCII. Each cap is tried only
 * when the one before was too small.
 */
export const RESPONSE_CAPS = [7_680, 65_536, 262_144] as const;

/** Likewise for a list of {@link LISTED} sessions. */
export const LIST_CAPS = [98_304, 524_288] as const;

/** The most sessions that a list may have. */
export const LISTED = 10;

/** One of the caps above. */
export type Cap = (typeof RESPONSE_CAPS)[number] | (typeof LIST_CAPS)[number];

const Header = IDL.Record({ name: IDL.Text, value: IDL.Text });

/** What an outcall answers. */
export const HttpResult = IDL.Record({ status: IDL.Nat, headers: IDL.Vec(Header), body: IDL.Vec(IDL.Nat8) });

/** The argument of the transform. */
export const TransformArgs = IDL.Record({ response: HttpResult, context: IDL.Vec(IDL.Nat8) });

/** A transform's argument as the replica begins it, for `Cursor.learn`: in Candid's textual form. */
export const SAMPLE_TRANSFORM_ARGS =
  '(record { response = record { status = 0 : nat; headers = vec { record { name = ""; value = "" } }; body = blob "" }; context = blob "" })';

/** The argument of `http_request`; Azle's own type lacks the last field. */
const HttpRequestArgs = IDL.Record({
  url: IDL.Text,
  max_response_bytes: IDL.Opt(IDL.Nat64),
  method: IDL.Variant({ get: IDL.Null, head: IDL.Null, post: IDL.Null }),
  headers: IDL.Vec(Header),
  body: IDL.Opt(IDL.Vec(IDL.Nat8)),
  transform: IDL.Opt(
    IDL.Record({ function: IDL.Func([TransformArgs], [HttpResult], ['query']), context: IDL.Vec(IDL.Nat8) }),
  ),
  is_replicated: IDL.Opt(IDL.Bool),
  pricing_version: IDL.Opt(IDL.Nat32),
});

const URL_HOLE = 'https://the.url.goes.here/';
const KEY_HOLE = 'the-idempotency-key-goes-here';
const BODY_HOLE = 'the body goes here';

/** Makes the arguments of `http_request`, encoded once for each cap. */
export class OutcallArguments {
  private readonly base: string;
  private readonly templates: Map<Cap, Template>;

  /** @param self the canister that has the transform */
  constructor(
    private readonly settings: Settings,
    self: Principal,
  ) {
    this.base = `https://${settings.idempotent_proxy ?? settings.api_host}/v1/checkout/sessions`;
    this.templates = new Map([...RESPONSE_CAPS, ...LIST_CAPS].map((cap) => [cap, template(settings, self, cap)]));
  }

  /** The URL that asks for a session. */
  url(id: string): string {
    return `${this.base}/${id}`;
  }

  /**
   * The URL that asks for the newest sessions that shoppers have completed.
   * https://docs.stripe.com/api/checkout/sessions/list
   * @param since when they were begun at the earliest, in seconds since 1970
   * @param after the session that the page before ended with
   */
  listUrl(since: number, after?: string): string {
    const { payment_links: links } = this.settings;
    const link = links.length === 1 ? `&payment_link=${links[0]}` : '';
    const next = after === undefined ? '' : `&starting_after=${after}`;
    return `${this.base}?limit=${LISTED}&status=complete&created%5Bgte%5D=${since}${link}${next}`;
  }

  /**
   * The argument, and the cycles to attach to it.
   * @param url from {@link url} or {@link listUrl}, in bytes
   * @param idempotencyKey in bytes; empty without a proxy
   */
  fill(cap: Cap, url: Uint8Array, idempotencyKey: Uint8Array): { args: Uint8Array; cycles: bigint } {
    const holes = this.settings.idempotent_proxy === null ? [url] : [url, idempotencyKey];
    const args = this.templates.get(cap)!.fill(holes);
    // The encoded argument is longer than what is charged for.
    return { args, cycles: outcallCycles(this.settings.pricing_version, args.length, cap, isListCap(cap) ? LISTED : 1) };
  }
}

function isListCap(cap: Cap): boolean {
  return LIST_CAPS.some((listCap) => listCap === cap);
}

function template(settings: Settings, self: Principal, cap: Cap): Template {
  const headers = [
    { name: 'authorization', value: `Bearer ${settings.api_key}` },
    { name: 'stripe-version', value: STRIPE_VERSION },
  ];
  const holes = [URL_HOLE];
  if (settings.idempotent_proxy !== null) {
    headers.push({ name: 'x-forwarded-host', value: settings.api_host }, { name: 'idempotency-key', value: KEY_HOLE });
    holes.push(KEY_HOLE);
  }
  const args = {
    url: URL_HOLE,
    max_response_bytes: [BigInt(cap)],
    method: { get: null },
    headers,
    body: [],
    transform: [{ function: [self, 'transform'], context: new Uint8Array() }],
    is_replicated: settings.replicated ? [] : [false],
    pricing_version: [settings.pricing_version],
  };
  return new Template(new Uint8Array(IDL.encode([HttpRequestArgs], [args])), holes.map(ascii));
}

/** The transform's answer around the JSON that it leaves. The status stands in the JSON, so that the rest is constant. */
export function transformedTemplate(): Template {
  const result = { status: 200n, headers: [], body: ascii(BODY_HOLE) };
  return new Template(new Uint8Array(IDL.encode([HttpResult], [result])), [ascii(BODY_HOLE)]);
}

const STATUS_FIELD = fieldHash('status');
const BODY_FIELD = fieldHash('body');
const RESPONSE_FIELD = fieldHash('response');

/** An outcall's answer; `body` is a view. */
export interface RawAnswer {
  status: number;
  body: Uint8Array;
}

/** Reads the argument of the transform. Throws MalformedArgument. */
export function readTransformArgs(argument: Uint8Array): RawAnswer {
  const cursor = new Cursor(argument);
  const fields = cursor.fields(cursor.type);
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === RESPONSE_FIELD) return readResult(cursor, fields[i + 1]);
    cursor.skip(fields[i + 1]);
  }
  return { status: 0, body: new Uint8Array() };
}

/** Reads the reply of `http_request`. Throws MalformedArgument. */
export function readReply(reply: Uint8Array): RawAnswer {
  const cursor = new Cursor(reply);
  return readResult(cursor, cursor.type);
}

function readResult(cursor: Cursor, type: number): RawAnswer {
  const answer: RawAnswer = { status: 0, body: new Uint8Array() };
  const fields = cursor.fields(type);
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === STATUS_FIELD) answer.status = cursor.nat(fields[i + 1]);
    else if (fields[i] !== BODY_FIELD) cursor.skip(fields[i + 1]);
    else {
      answer.body = cursor.blob(fields[i + 1]);
      break; // the headers are of no use, and no node's are like another's
    }
  }
  return answer;
}
