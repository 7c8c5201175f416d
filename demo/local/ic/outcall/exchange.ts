import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { RejectCode, RejectError } from '../reject.js';
import type { HttpHeader, OutcallRequest, RawResponse } from './candid.js';
import { headerBytes, headerProblem } from './limits.js';

/** Node refuses response headers over 16 KiB by itself; the IC's own limit, 48 KiB, shall be the one that counts. */
const MAX_HEADER_SIZE = 64 * 1024;

export interface ExchangeOptions {
  /** Where requests to a host really go: "api.stripe.com" → "http://localhost:4242". */
  readonly hosts: Readonly<Record<string, string>>;
  /** How long to wait for the whole response, in milliseconds. */
  readonly timeoutMs: number;
  /** The most that the response's headers and body may have together, in bytes. */
  readonly maxBytes: bigint;
  readonly signal: AbortSignal;
}

/**
 * One node's HTTP exchange with the server. Redirects are not followed and nothing is decompressed: the canister sees
 * what the server said.
 * @throws {RejectError} with the reject that the node would propose
 */
export function exchange(request: OutcallRequest, options: ExchangeOptions): Promise<RawResponse> {
  const url = parseUrl(request.url);
  return new Promise<RawResponse>((resolve, fail) => {
    const sent = open(request, url, options);
    let response: IncomingMessage | undefined;
    const timer = setTimeout(() => {
      (response ?? sent).destroy(new RejectError(RejectCode.SysFatal, 'Timeout expired'));
    }, options.timeoutMs);
    sent.on('error', (error) => {
      clearTimeout(timer);
      fail(error instanceof RejectError ? error : connectError(error));
    });
    sent.on('response', (begun) => {
      response = begun;
      read(begun, options.maxBytes).then(resolve, fail).finally(() => {
        clearTimeout(timer);
        sent.destroy();
      });
    });
    sent.end(request.body);
  });
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RejectError(RejectCode.SysFatal, `Failed to parse URL: ${text}`);
  }
  if (url.protocol !== 'https:') throw new RejectError(RejectCode.SysFatal, 'Url need to specify https scheme');
  return url;
}

function open(request: OutcallRequest, url: URL, { hosts, signal }: ExchangeOptions): ClientRequest {
  const stand = Object.hasOwn(hosts, url.host) ? hosts[url.host] : undefined;
  const target = new URL(stand ?? url.origin);
  const path = `${target.pathname.replace(/\/$/, '')}${url.pathname}${url.search}`;
  const headers: Record<string, string | string[]> = { 'user-agent': 'ic/1.0', host: url.host };
  if (request.body.length > 0) headers['content-length'] = String(request.body.length);
  Object.assign(headers, grouped(request.headers));
  try {
    // `agent: false`: a connection for each request, so that no node meets a connection that the server has just closed.
    return (target.protocol === 'https:' ? requestHttps : requestHttp)({
      hostname: target.hostname.replace(/^\[|\]$/g, ''),
      port: target.port,
      path,
      method: request.method,
      // The host header stays that of the URL, wherever the request really goes.
      headers,
      agent: false,
      maxHeaderSize: MAX_HEADER_SIZE,
      signal,
    });
  } catch (error) {
    throw new RejectError(RejectCode.SysFatal, `Failed to parse headers: ${String(error)}`);
  }
}

/** By lower-case name; a name that occurs more than once has all its values. */
function grouped(headers: readonly HttpHeader[]): Record<string, string | string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    groups.set(lower, [...(groups.get(lower) ?? []), value]);
  }
  return Object.fromEntries([...groups].map(([name, values]) => [name, values.length === 1 ? values[0] ?? '' : values]));
}

async function read(response: IncomingMessage, maxBytes: bigint): Promise<RawResponse> {
  const headers: HttpHeader[] = [];
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) {
    headers.push({ name: (response.rawHeaders[at] ?? '').toLowerCase(), value: response.rawHeaders[at + 1] ?? '' });
  }
  let size = BigInt(headerBytes(headers));
  if (size > maxBytes) throw new RejectError(RejectCode.SysFatal, `Header size exceeds specified response size limit ${maxBytes}`);
  const problem = headerProblem(headers);
  if (problem !== undefined) throw new RejectError(RejectCode.SysFatal, problem);

  const parts: Buffer[] = [];
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += BigInt(part.length);
      if (size > maxBytes) throw new RejectError(RejectCode.SysFatal, `Http body exceeds size limit of ${maxBytes} bytes.`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof RejectError ? error : new RejectError(RejectCode.SysTransient, `Failed to fetch body: ${reason(error)}`);
  }
  return { status: response.statusCode ?? 0, headers, body: new Uint8Array(Buffer.concat(parts)) };
}

function connectError(error: Error): RejectError {
  if ((error as NodeJS.ErrnoException).code === 'HPE_HEADER_OVERFLOW') {
    return new RejectError(RejectCode.SysFatal, `The response's headers exceed ${MAX_HEADER_SIZE} bytes`);
  }
  return new RejectError(RejectCode.SysTransient, `Error(s) while connecting: ${reason(error)}`);
}

/** The error's code rather than its message: messages name ports, and what differs between nodes cannot be agreed upon. */
function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
