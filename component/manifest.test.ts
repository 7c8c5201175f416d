/** custom-elements.json says what the element is, and the README says the same. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { IcStripePay } from './element.js';
import { en } from './messages.js';

interface Named {
  name: string;
  description: string;
}
interface Declaration extends Named {
  tagName?: string;
  attributes: (Named & { fieldName: string })[];
  slots: Named[];
  events: (Named & { type: { text: string } })[];
  cssParts: Named[];
  cssProperties: Named[];
  cssStates: Named[];
  members: (Named & { kind: string; privacy?: string; static?: boolean })[];
}

const text = (file: string) => readFile(new URL(`../${file}`, import.meta.url), 'utf8');
const { modules } = JSON.parse(await text('dist/custom-elements.json')) as { modules: { declarations: Declaration[] }[] };
const manifest = modules.flatMap(({ declarations }) => declarations).find(({ name }) => name === 'IcStripePay')!;
const names = (items: Named[]) => items.map(({ name }) => name).sort();
const sources = (await Promise.all(['view', 'icons', 'styles', 'events', 'element', 'state'].map((name) => text(`component/${name}.ts`)))).join();

it('has the properties and attributes that the element has, and no others', () => {
  const own = IcStripePay.properties as Record<string, { attribute?: string | false }>;
  const attributes = Object.entries(own).filter(([, { attribute }]) => attribute !== false);
  expect(manifest.attributes.map(({ name, fieldName }) => [fieldName, name])).toEqual(attributes.map(([name, { attribute }]) => [name, attribute ?? name]));
  const fields = manifest.members.filter(({ kind, privacy, static: isStatic }) => kind === 'field' && privacy !== 'private' && !isStatic);
  expect(names(fields)).toEqual([...Object.keys(own), 'state'].sort());
  expect(names(manifest.members.filter(({ kind, privacy }) => kind === 'method' && privacy !== 'private'))).toEqual(['check', 'pay', 'reset']);
  expect(manifest.members.filter(({ privacy, description }) => privacy !== 'private' && !description)).toEqual([]);
});

it('has the parts, slots, states, custom properties and events that are drawn and fired, and no others', () => {
  const found = (pattern: RegExp) => [...new Set([...sources.matchAll(pattern)].map(([, name]) => name))];
  const offers = ['retry', 'show', 'another'];
  expect(names(manifest.cssParts)).toEqual([...found(/ part="([a-z]+)"/g), ...offers, 'refunded', 'detail', 'reference', 'remedy'].sort());
  expect(names(manifest.cssProperties)).toEqual(found(/var\((--isp-[a-z-]+)/g).sort());
  const headings = Object.keys(en).filter((name) => /^(leaving|confirming|open|processing|paid|refunded|failed|expired|not_found|unavailable|offline|stopped|misconfigured)/.test(name));
  expect(names(manifest.slots)).toEqual(['', 'support', 'link', ...offers, ...headings.map((name) => name.replace('_', '-'))].sort());
  const kinds = ['idle', 'leaving', 'misconfigured', 'confirming', 'open', 'processing', 'paid', 'failed', 'expired', 'refunded', 'not-found', 'unavailable'];
  expect(names(manifest.cssStates)).toEqual([...kinds, 'test'].sort());
  const types = Object.fromEntries(manifest.events.map(({ name, type }) => [name, type.text]));
  expect(types).toEqual(Object.fromEntries([...sources.matchAll(/'(ic-stripe-[a-z]+)': (IcStripe\w+Event);/g)].map(([, name, type]) => [name, type])));
});

it.each(['attribute', 'event', 'slot', 'part', 'state', 'custom property'] as const)('is what the README says of each %s', async (kind) => {
  const items = { attribute: manifest.attributes, event: manifest.events, slot: manifest.slots, part: manifest.cssParts, state: manifest.cssStates, 'custom property': manifest.cssProperties }[kind];
  const [table] = (await text('README.md')).split(`| ${kind} | |\n|---|---|\n`)[1].split('\n\n');
  expect(table.trim().split('\n')).toEqual(items.map(({ name, description }) => `| ${name ? `\`${name}\`` : '(none)'} | ${description} |`));
});
