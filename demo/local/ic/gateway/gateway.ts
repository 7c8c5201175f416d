import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, type Listening } from '../../listen.js';
import type { Answer } from './answer.js';
import { askCanister } from './ask-canister.js';
import { AnswerCache } from './cache.js';
import type { Destination } from './canister-of-request.js';
import { DEFAULT_PREFLIGHT, PreflightPassthrough, withCors } from './cors.js';
import { errorAnswer } from './gateway-error.js';
import type { GatewayIc } from './gateway-ic.js';
import { destinationOf, readRequest } from './request.js';

export interface GatewayOptions {
  /** 0 for any that is free. */
  port: number;
  /** Default: both loopback addresses, so that `localhost` and `*.localhost` arrive however they are resolved. */
  host?: string;
  /** Who answers OPTIONS requests: the gateway alone, or the canister where it does so properly. Default `static`. */
  preflight?: 'static' | 'passthrough';
  /** For how many whole seconds, by the time of the local IC, answers to GET are kept. Default 10, as on mainnet; 0 for none. */
  cacheSeconds?: number;
  /** Is handed each request first, on any host, to answer those to paths under `/api/`. Default: nobody, and canisters are asked. */
  api?: ApiHandler;
}

/** The IC's own HTTPS interface, on the same port. */
export interface ApiHandler {
  /** Resolves with whether it has answered. If not, it has left the request unread. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/** Set by the server itself; a canister's own could contradict the body that is sent. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/**
 * Serves canisters over HTTP, by the HTTP gateway protocol: `http://<id>.localhost:<port>/`,
 * `http://<id>.raw.localhost:<port>/` and `http://localhost:<port>/?canisterId=<id>`.
 * @throws {Error} with code EADDRINUSE when the port is taken
 */
export function startGateway(ic: GatewayIc, options: GatewayOptions): Promise<Listening> {
  const gateway = new Gateway(ic, options);
  return listen((message, response) => void gateway.respond(message, response), options.port, options.host);
}

/** In layers, from the outside: API, preflights and CORS, cache, canister. */
class Gateway {
  readonly #ic: GatewayIc;
  readonly #api: ApiHandler | undefined;
  readonly #cache: AnswerCache;
  readonly #passthrough: PreflightPassthrough | undefined;

  constructor(ic: GatewayIc, { preflight = 'static', cacheSeconds = 10, api }: GatewayOptions) {
    const now = () => ic.now();
    this.#ic = ic;
    this.#api = api;
    this.#cache = new AnswerCache(cacheSeconds, now);
    this.#passthrough = preflight === 'passthrough' ? new PreflightPassthrough(now) : undefined;
  }

  async respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (await this.#api?.handle(message, response)) return;
      send(response, message.method === 'OPTIONS' ? await this.#preflight(message) : withCors(await this.#answer(message)));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, withCors(errorAnswer(error)));
    }
  }

  async #preflight(message: IncomingMessage): Promise<Answer> {
    if (this.#passthrough === undefined) return DEFAULT_PREFLIGHT;
    let destination: Destination;
    try {
      destination = destinationOf(this.#ic, message);
    } catch {
      return DEFAULT_PREFLIGHT; // nobody to ask: the request itself will be told why
    }
    return this.#passthrough.answer(destination.canister.toText(), () => this.#answer(message));
  }

  /** Never rejects: a failure is an answer, too. */
  async #answer(message: IncomingMessage): Promise<Answer> {
    try {
      const destination = destinationOf(this.#ic, message);
      const request = await readRequest(message);
      return await this.#cache.through(destination, request, message.headers.host ?? '', () => askCanister(this.#ic, destination, request));
    } catch (error) {
      return errorAnswer(error);
    }
  }
}

function send(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of answer.headers) if (!OWN_HEADERS.has(name.toLowerCase())) response.appendHeader(name, value);
  response.statusCode = answer.status;
  response.end(answer.body);
}
