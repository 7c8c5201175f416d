import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@dfinity/principal';
import { ApiError } from '../ic/agent-api/api-error.js';
import { listen } from '../listen.js';
import { delegate, readRequest } from './delegation.js';
import { readJson } from './json-body.js';
import { signInPage } from './page.js';
import { UserKeys } from './user-keys.js';

export interface IdentityProviderOptions {
  /** 0 takes any free port. */
  port: number;
  /** The same identities for the same seed; others in every run without. */
  seed?: string;
  /** Milliseconds since 1970; by default the clock. */
  now?: () => number;
}

/**
 * A stand-in for Internet Identity on this machine, for `AuthClient.login({ identityProvider: url })` of
 * @dfinity/auth-client: its window asks who one is, believes it, and answers with a real delegation.
 */
export interface IdentityProvider {
  readonly port: number;
  /** `http://localhost:PORT` */
  readonly url: string;
  /** Who a user of its page is to an origin. */
  principal(user: string, origin: string): Principal;
  close(): Promise<void>;
}

const here = new URL('.', import.meta.url);

/** What is served as it is: path, type. */
const FILES: Record<string, string> = {
  '/style.css': 'text/css',
  '/sign-in.js': 'text/javascript',
  '/alternative-origins.js': 'text/javascript',
};

const HEADERS = {
  'cache-control': 'no-store',
  // The page reads the alternative origins of whoever names some.
  'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  // With same-origin here the page would be cut off from the window that opened it.
  'cross-origin-opener-policy': 'unsafe-none',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Starts the stand-in. Rejects when the port is taken. */
export async function startIdentityProvider({ port, seed, now = Date.now }: IdentityProviderOptions): Promise<IdentityProvider> {
  const keys = new UserKeys(seed);
  const listening = await listen((request, response) => void answer(request, response, keys, now), port);
  return { ...listening, url: `http://localhost:${listening.port}`, principal: (user, origin) => keys.of(user, origin).getPrincipal() };
}

async function answer(request: IncomingMessage, response: ServerResponse, keys: UserKeys, now: () => number): Promise<void> {
  const send = (status: number, type: string, body: string | Buffer) => {
    response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body);
  };
  const path = (request.url ?? '/').split('?', 1)[0];
  try {
    if (request.method === 'POST' && path === '/delegation') {
      requireOwnOrigin(request);
      const asked = readRequest(await readJson(request));
      return send(200, 'application/json', JSON.stringify(await delegate(asked, keys, now())));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new ApiError(405, 'Only the page is read here, and POST is for /delegation.');
    // Internet Identity's page has the second path as well.
    if (path === '/' || path === '/authorize') return send(200, 'text/html', signInPage());
    if (!Object.hasOwn(FILES, path)) throw new ApiError(404, 'There is nothing here.');
    send(200, FILES[path], await readFile(new URL(path.slice(1), here)));
  } catch (error) {
    if (error instanceof ApiError) return send(error.status, 'text/plain', error.message);
    send(500, 'text/plain', 'The stand-in has a fault.');
  }
}

/** Only the stand-in's own page may ask: no other page signs anybody in, and no other name of this machine's address does. */
function requireOwnOrigin({ headers, socket }: IncomingMessage): void {
  const own = ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${socket.localPort}`);
  if (!own.includes(headers.origin ?? '')) throw new ApiError(403, 'Only the page of this stand-in may ask here: sign in through its window, as AuthClient.login() does.');
}
