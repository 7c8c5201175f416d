import type { IncomingMessage } from 'node:http';
import type { CanisterHttpRequest } from './candid.js';
import { canisterOfRequest, type Destination } from './canister-of-request.js';
import { GatewayError } from './gateway-error.js';
import type { GatewayIc } from './gateway-ic.js';

/** What a request may carry: an ingress message is at most 2 MiB, the Candid around the body included. */
const MAX_BODY = 2 * 2 ** 20 - 64 * 1024;

/** @throws {GatewayError} when the request names no canister, or none that there is */
export function destinationOf(ic: GatewayIc, message: IncomingMessage): Destination {
  let destination: Destination | undefined;
  try {
    destination = canisterOfRequest(message);
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

/**
 * The request as a canister is given it: the URL whole, `canisterId` included, as local gateways do.
 * @throws {GatewayError} when its target is no path, or its body is too large
 */
export async function readRequest(message: IncomingMessage): Promise<CanisterHttpRequest> {
  const url = message.url ?? '/';
  if (!url.startsWith('/')) throw new GatewayError(400, 'Malformed request: its target is not a path');
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    headers.push([(message.rawHeaders[at] ?? '').toLowerCase(), message.rawHeaders[at + 1] ?? '']);
  }
  return { method: message.method ?? 'GET', url, headers, body: await readBody(message) };
}

async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  // Not destroyed when the loop is left early: the answer that says so still has to go out on its socket.
  for await (const part of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new GatewayError(413, `Payload too large: a request body may have at most ${MAX_BODY} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
