/** The page of all that the tag can show: it shows all of it, and the tag is at ease in each of its frames. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { en, type Messages } from '../../component/messages.js';
import type { State } from '../../component/state.js';
import type { Listening } from '../local/listen.js';
import { startShop } from '../shop/server.js';
import { launch, screenshot } from './browser.js';

/** Complete, or it does not compile. */
const KINDS: Record<State['kind'], true> = {
  idle: true,
  leaving: true,
  misconfigured: true,
  confirming: true,
  open: true,
  processing: true,
  paid: true,
  failed: true,
  expired: true,
  refunded: true,
  not_found: true,
  unavailable: true,
};

/** What a caption says, and what its frame shows. */
interface Figure {
  words: string;
  /** In `:state(…)` of the caption. */
  states: string[];
  /** The slot that the caption names, if any. */
  slot: string | undefined;
  kind: State['kind'] | undefined;
  /** Those of the caption's states that the tag is in. */
  matching: string[];
  heading: string;
  /** The parts with something in them. */
  parts: string[];
  text: string;
  overflow: number;
}

const locales = new URL('../../component/locales/', import.meta.url);
let browser: Browser;
let shop: Listening;
let axe: string;
beforeAll(async () => {
  browser = await launch();
  shop = await startShop(0, { paymentLink: '', canisterId: '', gateway: '', price: '' });
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

let page: Page;
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1500, height: 900 }, reducedMotion: 'reduce' });
});
afterEach(() => page.close());

const open = (query = '') => page.goto(`http://localhost:${shop.port}/showcase/${query}`);

function look(): Promise<Figure[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('figure')].map((figure) => {
      const codes = [...figure.querySelectorAll('figcaption code')].map((code) => code.textContent);
      const states = codes.flatMap((code) => /^:state\((.*)\)$/.exec(code)?.[1] ?? []);
      const { documentElement: root } = figure.querySelector('iframe')!.contentDocument!;
      const tag = root.querySelector('ic-stripe-pay');
      const parts = [...(tag?.shadowRoot?.querySelectorAll('[part]') ?? [])];
      return {
        words: figure.querySelector('b')!.textContent,
        states,
        slot: codes.flatMap((code) => /^slot="(.*)"$/.exec(code)?.[1] ?? [])[0],
        kind: tag?.state?.kind,
        matching: states.filter((state) => tag?.matches(`:state(${state})`)),
        heading: parts.find((part) => part.matches('[part=title]'))?.textContent ?? '',
        parts: parts.filter((part) => part.childNodes.length && (part.textContent || part.matches('svg'))).map((part) => part.getAttribute('part')!),
        text: parts[0]?.textContent.replace(/[\u2068\u2069]/g, '') ?? '',
        overflow: root.scrollWidth - root.clientWidth,
      };
    }),
  );
}

/** Waits until each frame shows what its caption says, in a language. */
async function shown(language = 'en'): Promise<Figure[]> {
  const words = language === 'en' ? en : (JSON.parse(await readFile(new URL(`${language}.json`, locales), 'utf8')) as Messages);
  const headingOf = ({ states: [state], slot }: Figure) => (state === 'idle' ? '' : words[(slot ?? state).replaceAll('-', '_') as keyof Messages]);
  let figures: Figure[] = [];
  await expect
    .poll(
      async () => {
        figures = await look();
        const said = figures.map((figure) => `${figure.words}: ${figure.states.join()} "${headingOf(figure)}"`);
        const seen = figures.map(({ words, kind, matching, heading }) => `${words}: ${[kind?.replace('_', '-'), ...matching.slice(1)].join()} "${heading}"`);
        return { isSame: figures.length > 0 && said.join() === seen.join(), differing: seen.filter((line, index) => line !== said[index]) };
      },
      { timeout: 20_000 },
    )
    .toEqual({ isSame: true, differing: [] });
  expect(figures.map(({ matching }) => matching)).toEqual(figures.map(({ states }) => states));
  return figures;
}

const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What axe finds in the page and, each for itself, in the frames. A frame is no page, and needs no outline of one. */
function complaints(): Promise<string[]> {
  return page.evaluate(async (source) => {
    const OUTLINE = ['landmark-one-main', 'page-has-heading-one', 'region'];
    const found: string[] = [];
    for (const view of [window, ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentWindow!)]) {
      const script = view.document.createElement('script');
      script.textContent = source;
      view.document.head.append(script);
      const { axe } = view as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
      const isFrame = view !== window;
      const rules = isFrame ? Object.fromEntries(OUTLINE.map((rule) => [rule, { enabled: false }])) : {};
      const { violations, passes } = await axe.run({ iframes: false, rules });
      const name = isFrame ? view.frameElement!.getAttribute('title')! : 'the page';
      if (!passes.length) found.push(`${name}: was not looked at`);
      for (const { id, nodes } of violations) found.push(`${name}: ${id}: ${nodes[0]?.html}`);
    }
    return found;
  }, axe);
}

// Two dozen documents a page take their time.
describe('the showcase', { timeout: 60_000 }, () => {
  it('shows every state, every heading and every part there is', async () => {
    await open();
    const figures = await shown();
    expect([...new Set(figures.map(({ kind }) => kind))].sort()).toEqual(Object.keys(KINDS).sort());
    const { modules } = JSON.parse(await readFile(new URL('../../dist/custom-elements.json', import.meta.url), 'utf8')) as {
      modules: { declarations: { cssParts?: { name: string }[]; slots?: { name: string }[] }[] }[];
    };
    const { cssParts = [], slots = [] } = modules.flatMap(({ declarations }) => declarations).find((declaration) => declaration.cssParts) ?? {};
    expect([...new Set(figures.flatMap(({ parts }) => parts))].sort()).toEqual(cssParts.map(({ name }) => name).sort());
    const headings = new Set(figures.map(({ states, slot }) => slot ?? states[0]));
    const labels = ['', 'support', 'link', 'retry', 'show', 'another'];
    expect(slots.map(({ name }) => name).filter((name) => !labels.includes(name) && !headings.has(name))).toEqual([]);
  });

  it('shows each by what has happened, not all by one', async () => {
    await open();
    const figures = await shown();
    const of = (words: string) => figures.find((figure) => figure.words === words)!;
    expect(of('Paid').text).toMatch(/€19\.99.*Reference …\u2060?\w{6}$/);
    expect(of('Paid, and partly refunded').text).toContain('€5.00 refunded');
    expect(of('Paid, not started in this browser').text).toContain(en.elsewhere);
    expect(of('Paid').text).not.toContain(en.elsewhere);
    expect(of('Paid, found on a later visit').parts).toEqual(['base', 'status', 'card', 'icon', 'title', 'show', 'another']);
    for (const own of ['Not finished', 'Failed', 'Expired']) expect(of(own).parts).toContain('button');
    expect(of('On its way for too long').text).toContain(en.ask);
    expect(figures.filter(({ parts }) => parts.includes('remedy')).map(({ words }) => words)).toEqual([
      'Wrongly set up, and the remedy',
      'Not found, and the remedy',
      'Back without an id, and the remedy',
    ]);
    expect(await page.frameLocator('[title="Leaving in a new tab"]').getByRole('link', { name: en.link }).isVisible()).toBe(true);
    expect(await page.frameLocator('[title^="Cannot be told"]').getByRole('link', { name: 'hello@slow-coffee.example' }).isVisible()).toBe(true);
  });

  it('stays where it is when a tag leaves, and asks nobody but the shop', async () => {
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`http://localhost:${shop.port}/`)) elsewhere.push(request.url());
    });
    await open();
    await shown();
    const { href } = new URL(page.url());
    const frame = page.frameLocator('[title="The button"]');
    await frame.getByRole('button', { name: en.pay }).click();
    await frame.getByText(en.leaving).waitFor();
    expect(page.url()).toBe(href);
    expect(elsewhere.filter((url) => !/^(data|about):/.test(url))).toEqual([]);
  });

  it('leads from one choice to the next, and marks what is chosen', async () => {
    const chosen = () => page.locator('[aria-current=true]').allTextContents();
    await open();
    await expect.poll(chosen).toEqual(['light', 'as wide as it likes', 'left to right', 'English']);
    await page.getByRole('link', { name: 'dark' }).click();
    await page.getByRole('link', { name: 'עברית' }).click();
    await expect.poll(chosen).toEqual(['dark', 'as wide as it likes', 'right to left', 'עברית']);
    expect(new URL(page.url()).search).toBe('?theme=dark&lang=he');
    await page.getByRole('link', { name: 'left to right' }).click();
    await expect.poll(chosen).toEqual(['dark', 'as wide as it likes', 'left to right', 'עברית']);
    await shown('he');
    const directions = await page.frames()[1].evaluate(() => [document.dir, getComputedStyle(document.documentElement).colorScheme]);
    expect(directions).toEqual(['ltr', 'dark']);
  });

  it('offers every language that the element speaks', async () => {
    await open();
    const files = await readdir(locales);
    const links = () => page.locator('nav a[lang]').evaluateAll((all) => all.map((link) => (link as HTMLElement).lang).sort());
    await expect.poll(links).toEqual(['en', ...files.map((file) => file.replace('.json', ''))].sort());
  });

  it('is reached from the shop', async () => {
    await page.goto(`http://localhost:${shop.port}/`);
    await page.getByRole('link', { name: 'All that the tag can show' }).click();
    await page.getByRole('heading', { level: 1, name: 'All that the tag can show' }).waitFor();
  });
});

describe('every state fits, and axe finds nothing to complain about:', { timeout: 90_000 }, () => {
  const VIEWS = [
    { name: 'light', query: '', language: 'en', width: 1500 },
    { name: 'rtl', query: '?lang=ar', language: 'ar', width: 1500 },
    { name: 'dark-phone', query: '?theme=dark&lang=el', language: 'el', width: 320 },
  ];
  for (const { name, query, language, width } of VIEWS) {
    it(name, async () => {
      await page.setViewportSize({ width, height: 900 });
      await open(query);
      const figures = await shown(language);
      await screenshot(page, `showcase-${name}`);
      if (name === 'light') await screenshot(page, 'showcase-readme', 'section:has(h2:text-is("What became of it"))'); // kept as docs/states.png
      expect(figures.filter(({ overflow }) => overflow > 0).map(({ words }) => words)).toEqual([]);
      expect(await overflow()).toBe(0);
      expect(await complaints()).toEqual([]);
    });
  }
});
