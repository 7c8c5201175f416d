import { IDL } from '@dfinity/candid';
import { describe, expect, it } from 'vitest';
import { Template } from './candid-template.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const Text2 = IDL.Record({ a: IDL.Text, b: IDL.Vec(IDL.Nat8) });

describe('a template', () => {
  const encoded = new Uint8Array(IDL.encode([Text2], [{ a: 'HOLE-A', b: bytes('HOLE-B') }]));
  const template = new Template(encoded, [bytes('HOLE-A'), bytes('HOLE-B')]);

  it.each([0, 1, 127, 128, 300, 16_383, 16_384, 100_000])('takes values of %i bytes, as IDL reads them', (length) => {
    const [read] = IDL.decode([Text2], template.fill([bytes('x'.repeat(length)), bytes('y')])) as unknown as [
      { a: string; b: Uint8Array },
    ];
    expect(read.a).toBe('x'.repeat(length));
    expect([...read.b]).toEqual([...bytes('y')]);
  });

  it('refuses a message without its placeholder', () => {
    expect(() => new Template(encoded, [bytes('elsewhere')])).toThrow('placeholder');
  });
});
