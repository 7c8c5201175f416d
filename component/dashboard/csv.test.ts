import { describe, expect, it } from 'vitest';
import { decimal, toCsv } from './csv.js';
import { payment } from './testing.js';

/** Reads CSV as RFC 4180 has it. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  for (const [, line] of text.matchAll(/((?:"(?:[^"]|"")*"|[^"\r])*)\r\n/g)) {
    rows.push([...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
  }
  return rows;
}
/** A payment's row, by the names of the columns. */
function row(fields: Parameters<typeof payment>[1]): Record<string, string> {
  const [names, values] = parse(toCsv([payment(1, fields)]).slice(1));
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

describe('the table', () => {
  it('has a byte order mark, a head, and a line for each payment', () => {
    const text = toCsv([payment(1), payment(2)]);
    expect(text).toMatch(/^\uFEFFcreated,id,reference,status,/);
    expect(text.endsWith('\r\n')).toBe(true);
    expect(parse(text.slice(1)).map(({ length }) => length)).toEqual([23, 23, 23]);
    expect(parse(toCsv([]).slice(1)).length).toBe(1);
  });

  it('tells what is known, amounts in both ways', () => {
    expect(row({ created: 1795561771, amount_refunded: 500, presentment: { amount: 2150, currency: 'usd' }, client_reference_id: 'order-42' })).toMatchObject({
      created: '2026-11-24T23:09:31Z', amount: '19.99', amount_minor: '1999', amount_refunded: '5.00', amount_refunded_minor: '500', currency: 'eur',
      presentment_amount: '21.50', presentment_currency: 'usd', reference: 'order-42', livemode: 'true', disputed: 'false',
    });
    expect(row({ amount_total: null, currency: null, client_reference_id: null })).toMatchObject({ amount: '', amount_minor: '', currency: '', reference: '' });
  });

  it.each(['=HYPERLINK("https://evil.example","x")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'])('holds no formula: %j', (reference) => {
    expect(row({ client_reference_id: reference }).reference).toBe(`'${reference}`);
  });

  it('leaves alone what only contains such characters, and quotes what must be', () => {
    expect(row({ client_reference_id: 'order-42=a+b' }).reference).toBe('order-42=a+b');
    expect(row({ client_reference_id: 'a "b", c' }).reference).toBe('a "b", c');
    expect(toCsv([payment(1, { client_reference_id: 'a "b", c' })])).toContain('"a ""b"", c"');
  });
});

describe('decimals', () => {
  it.each([[1999, 'eur', '19.99'], [5, 'usd', '0.05'], [0, 'usd', '0.00'], [80, 'jpy', '80'], [80, 'isk', '0.80'], [1234, 'kwd', '1.234'], [9_007_199_254_740_991, 'usd', '90071992547409.91'], [12, 'xx1', '0.12']])('%d %s is %s', (amount, currency, text) => {
    expect(decimal(amount, currency)).toBe(text);
  });
});
