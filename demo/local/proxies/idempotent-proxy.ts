/**
 * A model of the two idempotent proxies of https://github.com/ldclabs/idempotent-proxy: a server of one's own, in Rust, and a
 * Cloudflare Worker. Both let the first request with an idempotency key through to the host that `x-forwarded-host` names,
 * and give its answer to all others that come with the same key.
 *
 * As in the originals, an answer belongs to a method and a key and to nothing else: not to a path, not to a host, not to
 * who asks; and whoever comes is served, as long as no public keys are set up to check tokens with. The originals forget an
 * answer after ten seconds. The model never does, so that a key that is used twice is found out.
 */
import { request as requestByHttp, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../listen.js';

export interface ProxyOptions {
  /**
   * The worker gives the status 200 to every answer that it keeps, also where Stripe said 404. The server leaves the status
   * as it is, and hands the idempotency key on to the host.
   */
  kind: 'server' | 'worker';
  /** Where requests to a host really go: `{ 'api.stripe.com': 'http://localhost:4242' }`. */
  hosts: Readonly<Record<string, string>>;
  /** What a proxy that lies makes of the body that a host has sent. Default: it does not lie. */
  falsify?: (body: string, path: string) => string;
}

export interface IdempotentProxy extends Listening {
  /** `http://localhost:PORT` */
  readonly url: string;
  /** What has come in, the oldest first. */
  readonly requests: readonly ProxyRequest[];
}

export interface ProxyRequest {
  /** With its query. */
  path: string;
  key: string;
  /** A proxy sees the key to the account. */
  authorization: string | undefined;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const KEY = 'idempotency-key';
const HOST = 'x-forwarded-host';
/** Headers that end here. */
const OWN_HEADERS = ['host', 'connection', 'forwarded', 'proxy-authorization', 'x-forwarded-for', HOST, 'x-forwarded-proto'];

export async function startIdempotentProxy(options: ProxyOptions): Promise<IdempotentProxy> {
  const proxy = new Proxy(options);
  const listening = await listen((request, response) => void proxy.respond(request, response), 0);
  return { ...listening, url: `http://localhost:${listening.port}`, requests: proxy.requests };
}

class Proxy {
  readonly requests: ProxyRequest[] = [];
  /** By method and key: what is kept, or under way. */
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #options: ProxyOptions;

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await this.#answer(request).catch((error: unknown) => inWords(500, String(error)));
    response.writeHead(status, headers).end(body);
  }

  #answer(request: IncomingMessage): Promise<Answer> {
    const { url: path = '/', headers } = request;
    const [host, key] = [headers[HOST], headers[KEY]].map((value) => (typeof value === 'string' ? value : ''));
    if (host === '' || key === '') return Promise.resolve(inWords(400, `missing header: ${host === '' ? HOST : KEY}`));
    this.requests.push({ path, key, authorization: headers.authorization });
    const name = `${request.method}:${key}`;
    const known = this.#answers.get(name);
    // Whoever waits for an answer that is not kept in the end is told so, in words of the proxy's own.
    if (known) return known.then((answer) => (isKept(answer) ? this.#disguised(answer) : inWords(500, 'not obtained')));
    const asked = this.#ask(request, host);
    this.#answers.set(name, asked);
    return asked.then(
      (answer) => {
        if (isKept(answer)) return this.#disguised(answer);
        this.#answers.delete(name);
        return answer;
      },
      (error: unknown) => {
        this.#answers.delete(name);
        throw error;
      },
    );
  }

  async #ask({ method, url = '/', headers: given }: IncomingMessage, host: string): Promise<Answer> {
    const { kind, hosts, falsify = (body: string) => body } = this.#options;
    const ending = kind === 'worker' ? [...OWN_HEADERS, KEY] : OWN_HEADERS;
    const headers = Object.fromEntries(Object.entries(given).filter(([name]) => !ending.includes(name)));
    const answer = await exchange(new URL(url, hosts[host]), method, { ...headers, host });
    return { ...answer, body: falsify(answer.body, url) };
  }

  #disguised(answer: Answer): Answer {
    return this.#options.kind === 'worker' ? { ...answer, status: 200 } : answer;
  }
}

/** Whether an answer counts as one of the host's, and is the same for all. */
function isKept({ status }: Answer): boolean {
  return status >= 200 && status <= 500;
}

function inWords(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

function exchange(url: URL, method: string | undefined, headers: IncomingHttpHeaders): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = requestByHttp(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const given = { ...response.headers };
        delete given['content-length']; // of a body that may be falsified
        resolve({ status: response.statusCode ?? 0, headers: given, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject).end();
  });
}
