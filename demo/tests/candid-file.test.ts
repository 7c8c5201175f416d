/** The Candid file that people read says what the canister's code does. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

/** A service in Candid, with its named types put in, fields and methods in order of their names, and all white space the same. */
function normalized(candid: string): string {
  const tokens = candid.replace(/\/\/.*/g, '').match(/->|[\w]+|[^\s\w]/g) ?? [];
  const types = new Map<string, string>();
  let at = 0;
  const next = () => tokens[at++];
  const skip = (token: string) => {
    const found = next();
    if (found !== token) throw new Error(`${token} expected, and there is ${found} after ${tokens.slice(at - 8, at - 1).join(' ')}`);
  };
  const isNext = (token: string) => tokens[at] === token && ++at > 0;

  /** A record without names is a tuple, whose order counts. */
  const fields = (member: () => string, mayBeTuple = false): string => {
    const all: string[] = [];
    skip('{');
    while (!isNext('}')) {
      all.push(member());
      if (!isNext(';') && tokens[at] !== '}') throw new Error('; expected');
    }
    return `{${(mayBeTuple && !all.some((field) => field.includes(':')) ? all : all.sort()).join(';')}}`;
  };
  const named = () => {
    if (tokens[at + 1] !== ':') return type();
    const name = next();
    skip(':');
    return `${name}:${type()}`;
  };
  const type = (): string => {
    const word = next();
    if (word === 'opt' || word === 'vec') return `${word} ${type()}`;
    if (word === 'record' || word === 'variant') return `${word}${fields(named, word === 'record')}`;
    return word === 'blob' ? 'vec nat8' : (types.get(word) ?? word);
  };
  const tuple = (): string => {
    const all: string[] = [];
    skip('(');
    while (!isNext(')')) {
      all.push(named());
      isNext(',');
    }
    return `(${all.join()})`;
  };
  const method = (): string => {
    const name = next();
    skip(':');
    const argument = tuple();
    skip('->');
    return `${name}:${argument}->${tuple()}${isNext('query') ? ' query' : ''}`;
  };

  while (isNext('type')) {
    const name = next();
    skip('=');
    types.set(name, type());
    skip(';');
  }
  skip('service');
  skip(':');
  const argument = tuple();
  skip('->');
  return `service:${argument}->${fields(method)}`;
}

it.each([
  ['canister', 'stripe_backend', 'http_request:(record{body:vec nat8;certificate_version:opt nat16;'],
  ['demo/fulfilment', 'licence_shop', 'redeem:(text,text)->(variant{licence:record{key:text;status:text};refused:text})'],
])('the Candid file in %s is that of the code', async (folder, name, part) => {
  const written = normalized(await read(`${folder}/${name}.did`));
  expect(written).toContain(part);
  expect(written.split(';')).toEqual(normalized(await read(`dist/${name}.did`)).split(';'));
});

it('the canister carries it, so that command lines know the types', async () => {
  const wasm = await readFile(new URL('../../dist/stripe_backend.wasm', import.meta.url));
  expect(wasm.includes(await read('canister/stripe_backend.did'))).toBe(true);
});
