/** The Internet Computer's libraries stand behind one module, and the interface is that of the Candid file. */
import { readdirSync, readFileSync } from 'node:fs';
import { IDL } from '@dfinity/candid';
import { describe, expect, it } from 'vitest';
import { idlFactory } from './idl.js';

const FOLDER = new URL('.', import.meta.url);
const sources = readdirSync(FOLDER).filter((name) => name.endsWith('.ts') && !/\.test\.ts$/.test(name));

describe('the libraries of the Internet Computer', () => {
  it('are imported by one module only', () => {
    const importing = sources.filter((name) => /from '@(dfinity|icp-sdk)\/|import\('@/.test(readFileSync(new URL(name, FOLDER), 'utf8')));
    expect(importing).toEqual(['ic.ts']);
  });

  it('come when they are needed: nothing but types is taken from that module at first', () => {
    const importing = sources.flatMap((name) => [...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/^import (.*) from '\.\/ic\.js'/gm)].map(([, what]) => [name, what]));
    expect(importing).toEqual([['idl.ts', 'type { Idl, IdlService }']]);
  });
});

describe('the interface', () => {
  const did = readFileSync(new URL('../../canister/stripe_backend.did', import.meta.url), 'utf8').replace(/\/\/.*$/gm, '');
  const tokens = did.match(/\w+|[{}();:=]|->/g)!;

  /** Reads a type from a place on, and writes it with names resolved, fields in order, and no space. */
  function read(at: number): { text: string; end: number } {
    const word = tokens[at];
    if (word === 'opt' || word === 'vec') {
      const { text, end } = read(at + 1);
      return { text: `${word} ${text}`, end };
    }
    if (word !== 'record') return { text: /^[A-Z]/.test(word) ? read(tokens.findIndex((token, index) => token === word && tokens[index - 1] === 'type') + 2).text : word, end: at + 1 };
    const fields: string[] = [];
    let next = at + 2;
    while (tokens[next] !== '}') {
      const name = tokens[next + 1] === ':' ? `${tokens[next]}:` : '';
      const { text, end } = read(name ? next + 2 : next);
      fields.push(name + text);
      next = end + Number(tokens[end] === ';');
    }
    return { text: `record{${fields.sort().join(';')}}`, end: next + 1 };
  }

  /** What stands in the brackets from a place on. */
  function inBrackets(at: number): { text: string; end: number } {
    if (tokens[at + 1] === ')') return { text: '', end: at + 2 };
    const { text, end } = read(at + 1);
    return { text, end: end + 1 };
  }

  /** The same of what the dashboard has. */
  function written(type: IDL.Type): string {
    if (type instanceof IDL.TupleClass) return `record{${type._fields.map(([, field]) => written(field)).sort().join(';')}}`;
    if (type instanceof IDL.RecordClass) return `record{${type._fields.map(([name, field]) => `${name}:${written(field)}`).sort().join(';')}}`;
    return type.accept(new (class extends IDL.Visitor<null, string> {
      override visitType(other: IDL.Type) {
        return other.name;
      }
      override visitVec<T>(_: IDL.VecClass<T>, content: IDL.Type<T>) {
        return `vec ${written(content)}`;
      }
      override visitOpt<T>(_: IDL.OptClass<T>, content: IDL.Type<T>) {
        return `opt ${written(content)}`;
      }
    })(), null);
  }

  const methods = new Map(idlFactory({ IDL })._fields);
  it.each([...methods.keys()])('has %s as the canister has it', (name) => {
    const argument = inBrackets(tokens.findIndex((token, index) => token === name && tokens[index + 1] === ':' && tokens[index + 2] === '(') + 2);
    const result = inBrackets(argument.end + 1);
    const { argTypes, retTypes, annotations } = methods.get(name)!;
    expect(annotations).toEqual(tokens[result.end] === 'query' ? ['query'] : []);
    expect(argTypes.map(written).join()).toBe(argument.text);
    expect(retTypes.map(written).join()).toBe(result.text);
  });
});
