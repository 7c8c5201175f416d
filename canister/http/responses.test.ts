import { IDL } from '@dfinity/candid';
import { describe, expect, it } from 'vitest';
import { HttpResponse } from './interface.js';
import { Responses } from './responses.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const responses = new Responses(4);
const decode = (message: Uint8Array) =>
  IDL.decode([HttpResponse], message)[0] as unknown as { status_code: number; headers: [string, string][]; body: Uint8Array; upgrade: boolean[] };
const body = bytes('{"a":1}');

describe('responses', () => {
  it.each<[number, Uint8Array, Record<string, string>]>([
    [200, responses.json(body), {}],
    [400, responses.refused(400, body), {}],
    [404, responses.refused(404, body), {}],
    [405, responses.notAllowed('POST, OPTIONS', body), { allow: 'POST, OPTIONS' }],
    [429, responses.busy(body), { 'retry-after': '4' }],
  ])('with status %i are JSON that any origin may read and no cache keeps', (status, message, more) => {
    const { status_code, headers, body, upgrade } = decode(message);
    expect(status_code).toBe(status);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...more,
    });
    expect(new TextDecoder().decode(Uint8Array.from(body))).toBe('{"a":1}');
    expect(upgrade).toEqual([]);
  });

  it('to a preflight have no body, or a gateway would not trust them', () => {
    const { status_code, headers, body } = decode(responses.preflight);
    expect(status_code).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, OPTIONS' });
    expect(body).toHaveLength(0);
  });
});
