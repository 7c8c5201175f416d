import { lookup } from 'node:dns';
import { once } from 'node:events';
import { request as requestByHttp, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

/** What an endpoint answered. */
export interface Reply {
  status: number;
  /** Its beginning, at most 64 KB. */
  body: string;
}

const LARGEST_BODY = 64 * 1024;

/** As Stripe sends them, but for the signature and the length. */
const HEADERS = {
  accept: '*/*; q=0.5, application/xml',
  'cache-control': 'no-cache',
  'content-type': 'application/json; charset=utf-8',
  'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
};

/** Sends one delivery, and follows no redirect. Rejects when there is no answer, or `signal` aborts. */
export async function post(url: URL, body: string, signature: string, signal: AbortSignal): Promise<Reply> {
  const bytes = Buffer.from(body);
  const send = url.protocol === 'https:' ? requestByHttps : requestByHttp;
  const request = send(url, {
    method: 'POST',
    headers: { ...HEADERS, 'content-length': String(bytes.length), 'Stripe-Signature': signature },
    // A connection of its own: one that was kept could be closing just now.
    agent: false,
    lookup: resolve,
    signal,
  });
  // Whoever waits is told below; without a listener an error after the answer's head would end the process.
  request.on('error', () => undefined);
  request.end(bytes);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await beginning(response) };
}

/** Any name under `localhost` is this machine (RFC 6761, section 6.3), which not every resolver knows. */
const resolve: LookupFunction = (host, options, done) => {
  lookup(host.endsWith('.localhost') ? 'localhost' : host, options, done);
};

async function beginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= LARGEST_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, LARGEST_BODY).toString();
}
