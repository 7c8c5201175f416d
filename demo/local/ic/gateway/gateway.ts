import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, type Listening } from '../../listen.js';
import type { LocalIc } from '../local-ic.js';
import { RejectCode, RejectError } from '../reject.js';
import { type CanisterHttpRequest, type CanisterHttpResponse, decodeResponse, encodeQueryRequest, encodeUpdateRequest, type HeaderList } from './candid.js';
import { canisterOfRequest, type Destination } from './canister-of-request.js';
import { PREFLIGHT_HEADERS, RESPONSE_HEADERS } from './cors.js';

export interface GatewayOptions {
  /** 0 for any that is free. */
  port: number;
  /** Default: both loopback addresses, so that `localhost` and `*.localhost` arrive however they are resolved. */
  host?: string;
}

/** What a request may carry: an ingress message is at most 2 MiB, the Candid around the body included. */
const MAX_BODY = 2 * 2 ** 20 - 64 * 1024;
/** Set by the server itself; a canister's own could contradict the body that is sent. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/** An answer of the gateway itself, in plain text. */
class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Serves canisters over HTTP, by the HTTP gateway protocol: `http://<id>.localhost:<port>/`,
 * `http://<id>.raw.localhost:<port>/` and `http://localhost:<port>/?canisterId=<id>`. The canister is given the URL whole,
 * `canisterId` included, as local gateways do.
 * @throws {Error} with code EADDRINUSE when the port is taken
 */
export function startGateway(ic: LocalIc, options: GatewayOptions): Promise<Listening> {
  return listen((request, response) => void respond(ic, request, response), options.port, options.host);
}

async function respond(ic: LocalIc, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.method === 'OPTIONS') {
      response.writeHead(200, PREFLIGHT_HEADERS).end();
      return;
    }
    const destination = findCanister(ic, request);
    const body = await readBody(request);
    const answer = await askCanister(ic, destination, toCanister(request, body));
    send(response, answer.status, answer.headers, answer.body);
  } catch (error) {
    const { status, message } = toGatewayError(error);
    if (response.headersSent) response.destroy();
    else send(response, status, [['content-type', 'text/plain; charset=utf-8']], Buffer.from(`${message}\n`));
  }
}

function findCanister(ic: LocalIc, request: IncomingMessage): Destination {
  let destination: Destination | undefined;
  try {
    destination = canisterOfRequest(request);
  } catch (error) {
    throw new GatewayError(400, `Incorrect canister id: ${(error as Error).message}`);
  }
  if (destination === undefined) {
    throw new GatewayError(400, 'Canister id not resolved: use http://<canister-id>.localhost, or ?canisterId=<canister-id>');
  }
  if (!ic.hasCanister(destination.canister)) {
    throw new GatewayError(404, `Canister not found: there is no canister ${destination.canister.toText()} in this local IC`);
  }
  return destination;
}

function toCanister(request: IncomingMessage, body: Uint8Array): CanisterHttpRequest {
  const url = request.url ?? '/';
  if (!url.startsWith('/')) throw new GatewayError(400, 'Malformed request: its target is not a path');
  const headers: HeaderList = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    headers.push([(request.rawHeaders[at] ?? '').toLowerCase(), request.rawHeaders[at + 1] ?? '']);
  }
  return { method: request.method ?? 'GET', url, headers, body };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  // Not destroyed when the loop is left early: the answer that says so still has to go out on its socket.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new GatewayError(413, `Payload too large: a request body may have at most ${MAX_BODY} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

async function askCanister(ic: LocalIc, { canister, raw }: Destination, request: CanisterHttpRequest): Promise<CanisterHttpResponse> {
  const answer = decode(await ic.query(canister, 'http_request', encodeQueryRequest(request)));
  if (answer.upgrade) {
    const updated = decode(await ic.update(canister, 'http_request_update', encodeUpdateRequest(request)));
    return checkStreaming(updated);
  }
  checkStreaming(answer);
  if (!raw) throw new GatewayError(503, unverified(canister.toText()));
  return answer;
}

function decode(reply: Uint8Array): CanisterHttpResponse {
  try {
    return decodeResponse(reply);
  } catch (error) {
    throw new GatewayError(503, `Canister error: its reply is not an HttpResponse of the HTTP gateway protocol: ${String(error)}`);
  }
}

function checkStreaming(answer: CanisterHttpResponse): CanisterHttpResponse {
  if (answer.streaming) throw new GatewayError(501, 'Not implemented: the local gateway does not support streaming_strategy; answer with the whole body');
  return answer;
}

/** Certificates are not issued yet, so that no query answer can verify, and each is refused as mainnet refuses it. */
function unverified(id: string): string {
  return [
    'Response verification error: the response from the canister failed verification and cannot be trusted.',
    'It is the answer of a query and carries no certificate that could be verified.',
    `Let the canister upgrade the request to an update call (upgrade = opt true), or use the raw host, ${id}.raw.localhost, where nothing is verified.`,
  ].join('\n');
}

function send(response: ServerResponse, status: number, headers: HeaderList, body: Uint8Array): void {
  try {
    for (const [name, value] of headers) if (!OWN_HEADERS.has(name.toLowerCase())) response.appendHeader(name, value);
    for (const [name, value] of Object.entries(RESPONSE_HEADERS)) if (!response.hasHeader(name)) response.setHeader(name, value);
    if (status < 200) throw new RangeError(`${status} is not the status of a response`);
    response.writeHead(status);
  } catch (error) {
    // A header or status code that HTTP does not know.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(`Canister error: its response is not valid HTTP: ${String(error)}\n`);
    return;
  }
  response.end(body);
}

function toGatewayError(error: unknown): { status: number; message: string } {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof RejectError)) return { status: 500, message: `The local gateway failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  const [name] = Object.entries(RejectCode).find(([, code]) => code === error.code) ?? ['?'];
  return { status: 503, message: `Canister error: reject code ${error.code} (${name}): ${error.message}` };
}
