import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, errorAnswer } from './answer.js';
import { ApiError } from './api-error.js';
import { readBody } from './body.js';
import { answerAsyncCall, answerSyncCall } from './call.js';
import { PREFLIGHT_HEADERS, RESPONSE_HEADERS } from './cors.js';
import { checkScope } from './effective-id.js';
import { readEndpoint } from './endpoint.js';
import { type HistoryLimits, IngressHistory } from './ingress-history.js';
import { answerQuery } from './query.js';
import { answerReadState } from './read-state.js';
import { answerStatus } from './status.js';
import type { Subnet } from './subnet.js';

export interface AgentApiOptions {
  /** How long v3 and v4 of call wait for a response before the client is to poll for it. Default 10,000, real time. */
  callTimeoutMs?: number;
  /** What is remembered of calls. Default: 100,000 calls, and 64 MiB of their responses. */
  history?: HistoryLimits;
}

/** The HTTP endpoints of the Internet Computer, which agents speak (interface specification, "HTTPS interface"). */
export interface AgentApi {
  /**
   * Answers a request to a path under `/api/`. Never throws.
   * @returns false, with the request untouched, when the path is another one
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export function createAgentApi(subnet: Subnet, options: AgentApiOptions = {}): AgentApi {
  const { callTimeoutMs = 10_000 } = options;
  const history = new IngressHistory(() => subnet.now(), options.history);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const endpoint = readEndpoint(request.url ?? '/');
    const method = endpoint.kind === 'status' ? 'GET' : 'POST';
    if (request.method !== method) {
      response.setHeader('allow', `${method}, OPTIONS`);
      throw new ApiError(405, `Method not allowed: use ${method} here`);
    }
    if (endpoint.kind === 'status') return answerStatus(subnet.trust);
    const { kind, scope, version } = endpoint;
    checkScope(scope, subnet.trust);
    const body = await readBody(request);
    switch (kind) {
      case 'query':
        return answerQuery(subnet, scope, body);
      case 'read_state':
        return answerReadState(subnet, history, scope, version, body);
      case 'call':
        if (version === 2) return answerAsyncCall(subnet, history, scope, body);
        return waiting(response, callTimeoutMs, (giveUp) => answerSyncCall(subnet, history, scope, version, body, giveUp));
    }
  }

  return {
    async handle(request, response) {
      if (!/^\/api(\/|$|\?)/.test(request.url ?? '')) return false;
      if (request.method === 'OPTIONS') {
        response.writeHead(200, PREFLIGHT_HEADERS).end();
        return true;
      }
      try {
        send(response, await answer(request, response));
      } catch (error) {
        send(response, errorAnswer(toApiError(error)));
      }
      return true;
    },
  };
}

/** Gives `work` a signal that is aborted after a while, or when the client has gone. */
async function waiting<T>(response: ServerResponse, milliseconds: number, work: (giveUp: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const giveUp = () => {
    abort.abort();
  };
  const timer = setTimeout(giveUp, milliseconds);
  response.once('close', giveUp);
  try {
    return await work(abort.signal);
  } finally {
    clearTimeout(timer);
    response.off('close', giveUp);
  }
}

function send(response: ServerResponse, { status, type, body = new Uint8Array() }: Answer): void {
  response.writeHead(status, { ...RESPONSE_HEADERS, ...(type !== undefined && { 'content-type': type }), 'content-length': body.length }).end(body);
}

function toApiError(error: unknown): Pick<ApiError, 'status' | 'message'> {
  if (error instanceof ApiError) return error;
  return { status: 500, message: `The local IC failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
}
