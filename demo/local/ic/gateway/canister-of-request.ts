import { Principal } from '@dfinity/principal';
import type { IncomingMessage } from 'node:http';

export interface Destination {
  readonly canister: Principal;
  /** On the raw host nothing is verified. */
  readonly raw: boolean;
}

const HOST = /^([a-z0-9-]+)(\.raw)?\.localhost$/i;

/**
 * The canister a request is for: by the host `<id>.localhost` or `<id>.raw.localhost`; on any other host by
 * `?canisterId=<id>`, of the request itself or of the page that refers to it, as PocketIC's gateway does.
 * @returns undefined when the request names no canister
 * @throws {Error} when what it names is not a canister id
 */
export function canisterOfRequest(request: IncomingMessage): Destination | undefined {
  const host = HOST.exec((request.headers.host ?? '').replace(/:\d+$/, ''));
  if (host !== null) return { canister: parse(host[1] ?? ''), raw: host[2] !== undefined };
  const id = canisterIdParameter(request.url) ?? canisterIdParameter(request.headers.referer);
  return id === undefined ? undefined : { canister: parse(id), raw: false };
}

function canisterIdParameter(url: string | undefined): string | undefined {
  const query = url?.split('#', 1)[0]?.split('?').slice(1).join('?');
  return query === undefined ? undefined : (new URLSearchParams(query).get('canisterId') ?? undefined);
}

function parse(id: string): Principal {
  try {
    return Principal.fromText(id);
  } catch {
    throw new Error(`${JSON.stringify(id)} is not a canister id`);
  }
}
