import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOCALES } from './locale-files.js';
import { chooseLocale, loadMessages } from './locales.js';
import { en } from './messages.js';

const FOLDER = new URL('locales/', import.meta.url);
const files = (await readdir(FOLDER)).map((name) => name.replace('.json', '')).sort();
const read = async (file: string) => JSON.parse(await readFile(new URL(`${file}.json`, FOLDER), 'utf8')) as Record<string, string>;
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

it('there are at least fifteen languages beside English, each known to the script', () => {
  expect(files.length).toBeGreaterThanOrEqual(15);
  expect(Object.keys(LOCALES).sort()).toEqual(files);
});

describe.each(files)('%s', (file) => {
  it('has all the words, in the same places, in at most 1,500 bytes', async () => {
    const words = await read(file);
    expect(Object.keys(words)).toEqual(Object.keys(en));
    for (const [name, text] of Object.entries(words)) {
      expect(text.trim()).toBe(text);
      expect(text.length).toBeGreaterThan(1);
      expect(places(text)).toEqual(places(en[name as keyof typeof en]));
      expect(text).not.toMatch(/[<>&"\u200e\u200f\u202a-\u202e]/);
    }
    expect(gzipSync(JSON.stringify(words), { level: 9 }).length).toBeLessThanOrEqual(1_500);
  });

  it('is known to Intl, so that its numbers are not English ones', () => {
    expect(Intl.NumberFormat.supportedLocalesOf(file)).toEqual([file]);
  });
});

describe('the language', () => {
  it.each([
    [['de-AT'], 'de-AT', 'de'],
    [['en-GB', 'de'], 'en-GB', 'en'],
    [[undefined, '', null, 'fr'], 'fr', 'fr'],
    [['xx', 'it'], 'it', 'it'],
    [['not a language', 'pt-BR'], 'pt-BR', 'pt'],
    [['zh-TW'], 'zh-TW', 'zh-Hant'],
    [['zh-HK'], 'zh-HK', 'zh-Hant'],
    [['zh-CN'], 'zh-CN', 'zh'],
    [['no'], 'no', 'nb'],
    [['nn-NO'], 'nn-NO', 'nb'],
    [['iw'], 'iw', 'he'],
    [['ar-EG'], 'ar-EG', 'ar'],
    [['toString', '__proto__', 'constructor'], 'en', 'en'],
    [[], 'en', 'en'],
  ] as const)('wanted as %j is %s, of the file %s', (wanted, tag, file) => {
    expect(chooseLocale(wanted)).toEqual({ tag, file });
  });
});

describe('the words', () => {
  let asked: [string, RequestInit][];
  let reply: () => Promise<Response>;
  beforeEach(() => {
    asked = [];
    vi.stubGlobal('fetch', (url: URL, init: RequestInit) => {
      asked.push([url.href, init]);
      return reply();
    });
  });
  afterEach(() => void vi.unstubAllGlobals());

  it('are there at once in English', () => {
    expect(loadMessages('en')).toBe(en);
    expect(asked).toEqual([]);
  });

  it('come from beside the script, once for all, without cookies', async () => {
    reply = () => Promise.resolve(Response.json({ pay: 'Betal' }));
    const [one, other] = await Promise.all([loadMessages('da'), loadMessages('da')]);
    expect(one).toEqual({ ...en, pay: 'Betal' });
    expect(other).toBe(one);
    expect(asked.length).toBe(1);
    expect(asked[0][0]).toBe(new URL('da.json', FOLDER).href);
    expect(asked[0][1]).toMatchObject({ credentials: 'omit' });
  });

  it.each<[string, () => Promise<Response>]>([
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a page instead', () => Promise.resolve(new Response('<!doctype html>'))],
  ])('with %s are missing, and are asked for again another time', async (_, trouble) => {
    reply = trouble;
    expect(await loadMessages('sv')).toBeUndefined();
    expect(await loadMessages('sv')).toBeUndefined();
    expect(asked.length).toBe(2);
  });
});
