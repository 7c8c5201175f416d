/** The HTTP answers, in Candid: each is encoded once, with a hole for its body. */
import type { Header } from '../certification/response-hash.js';
import type { Template } from '../encoding/candid-template.js';
import { encodeResponse, responseTemplate } from './response-template.js';
import type { Allow } from './route.js';

/** Every answer may be read by a page of any origin, and is kept by no cache: gateways keep plain GETs for 10 s. */
const COMMON_HEADERS: Header[] = [
  ['access-control-allow-origin', '*'],
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
];

/** Of all that is JSON. */
export const JSON_HEADERS: readonly Header[] = [['content-type', 'application/json; charset=utf-8'], ...COMMON_HEADERS];

const NO_BYTES = new Uint8Array();

/** The answers; those with a body take its JSON, in bytes. */
export class Responses {
  /** Asks the gateway to send the request again as an update. */
  readonly upgrade = encodeResponse(200, [], NO_BYTES, [true]);
  /** To a preflight. Its body must be empty, or a gateway distrusts the canister. */
  readonly preflight = encodeResponse(204, [...COMMON_HEADERS, ['access-control-allow-methods', 'GET, OPTIONS']], NO_BYTES);

  private readonly ok = jsonTemplate(200);
  private readonly refusals = { 400: jsonTemplate(400), 403: jsonTemplate(403), 404: jsonTemplate(404) };
  private readonly notAllowedTemplates = {
    'GET, OPTIONS': jsonTemplate(405, [['allow', 'GET, OPTIONS']]),
    'POST, OPTIONS': jsonTemplate(405, [['allow', 'POST, OPTIONS']]),
  };
  private readonly busyTemplate: Template;

  /** @param retryAfter of an answer that sheds load, in seconds */
  constructor(retryAfter: number) {
    this.busyTemplate = jsonTemplate(429, [['retry-after', String(retryAfter)]]);
  }

  json(body: Uint8Array): Uint8Array {
    return this.ok.fill([body]);
  }

  refused(status: 400 | 403 | 404, body: Uint8Array): Uint8Array {
    return this.refusals[status].fill([body]);
  }

  /** @param allow the methods that would do */
  notAllowed(allow: Allow, body: Uint8Array): Uint8Array {
    return this.notAllowedTemplates[allow].fill([body]);
  }

  busy(body: Uint8Array): Uint8Array {
    return this.busyTemplate.fill([body]);
  }
}

function jsonTemplate(status: number, headers: Header[] = []): Template {
  return responseTemplate(status, [...JSON_HEADERS, ...headers]);
}
