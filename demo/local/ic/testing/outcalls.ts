import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequestArgs, HttpResult } from '../outcall/candid.js';

export interface Outcall {
  url: string;
  method?: string;
  maxResponseBytes?: bigint;
  headers?: { name: string; value: string }[];
  body?: Uint8Array;
  transform?: [Principal, string];
  context?: Uint8Array;
  replicated?: boolean;
  pricingVersion?: number;
}

/** The argument of the management canister's `http_request`. */
export function outcallArgument({ url, method = 'get', headers = [], body, transform, context = new Uint8Array(), ...options }: Outcall): Uint8Array {
  const opt = <V>(value: V | undefined) => (value === undefined ? [] : [value]);
  return new Uint8Array(IDL.encode([HttpRequestArgs], [{
    url,
    max_response_bytes: opt(options.maxResponseBytes),
    method: { [method]: null },
    headers,
    body: opt(body),
    transform: transform === undefined ? [] : [{ function: transform, context }],
    is_replicated: opt(options.replicated),
    pricing_version: opt(options.pricingVersion),
  }]));
}

export interface HttpAnswer {
  status: bigint;
  headers: { name: string; value: string }[];
  body: Uint8Array;
}

export function decodeHttpResult(bytes: Uint8Array): HttpAnswer {
  return (IDL.decode([HttpResult], bytes) as unknown as [HttpAnswer])[0];
}

/** A server on a free port of this machine. */
export class TestServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  static async start(answer: RequestListener): Promise<TestServer> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    return new TestServer(server);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }
}
