/** HTTP requests and answers in Candid, as gateways write and read them. */
import { IDL } from '@dfinity/candid';
import { HttpRequest, HttpResponse } from '../http/interface.js';

/** A request; a GET without headers unless it says otherwise. */
export interface TestRequest {
  method?: string;
  url: string;
  headers?: [name: string, value: string][];
  body?: Uint8Array;
}

/** An answer, as a gateway reads it. */
export interface TestAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Whether the canister asks for the request to be sent again as an update. */
  upgrade: boolean;
}

export function encodeRequest({ method = 'GET', url, headers = [], body = new Uint8Array() }: TestRequest): Uint8Array {
  return new Uint8Array(IDL.encode([HttpRequest], [{ method, url, headers, body, certificate_version: [2] }]));
}

export function decodeAnswer(reply: Uint8Array): TestAnswer {
  const [{ status_code, headers, body, upgrade }] = IDL.decode([HttpResponse], reply) as unknown as [
    { status_code: number; headers: [string, string][]; body: Uint8Array; upgrade: [] | [boolean] },
  ];
  return { status: status_code, headers: Object.fromEntries(headers), text: Buffer.from(body).toString('latin1'), upgrade: upgrade[0] ?? false };
}
