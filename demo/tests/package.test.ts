/** The package as a stranger gets it: packed by npm, and used from a project that has nothing else of this repository. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import ts from 'typescript';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { launch } from './browser.js';
import { createScratchProject, ROOT, serveFolder, type ScratchProject, type Site } from './scratch-project.js';

const LINK = 'https://buy.stripe.com/test_abc';
const TAG = `payment-link="${LINK}" canister-id="rrkah-fqaaa-aaaaa-aaaaq-cai"`;
const DIST = '/node_modules/ic-stripe-pay/dist';

type Exports = Record<string, string | { types: string; default?: string }>;

let project: ScratchProject;
let exports: Exports;
beforeAll(async () => {
  project = await createScratchProject(['lit', '@lit-labs/ssr', '@lit-labs/ssr-client', '@types/react', 'vue']);
  ({ exports } = JSON.parse(await packed('package.json')) as { exports: Exports });
});
afterAll(() => project.remove());

const packed = (file: string): Promise<string> => readFile(join(project.unpacked, file), 'utf8');
const sha384 = async (file: string): Promise<string> => `sha384-${createHash('sha384').update(await packed(file)).digest('base64')}`;
const languages = async (): Promise<string[]> => (await readdir(join(ROOT, 'component/locales'))).map((name) => name.replace('.json', ''));

/** The exports, each with the specifiers that lead to it. */
async function specifiers(condition: 'types' | 'default'): Promise<[specifier: string, file: string][]> {
  const all: [string, string][] = [];
  for (const [name, target] of Object.entries(exports)) {
    const file = typeof target === 'string' ? target : target[condition];
    if (!file) continue;
    for (const part of name.includes('*') ? await languages() : ['']) {
      all.push([name.replace('.', 'ic-stripe-pay').replace('*', part), file.replace('./', '').replace('*', part)]);
    }
  }
  return all;
}

/** Those that are mostly libraries have no source maps, which would be five times their size. */
const WHOLE = ['dist/ic-stripe-dashboard.js', 'dist/ic-stripe-sign-in.js'];

describe('what is packed', () => {
  it('is the scripts, the languages, the types, and nothing else', async () => {
    const scripts = ['controller', 'element', 'ic-stripe-pay', 'ic-stripe-pay.classic', 'index', 'remedies'];
    const expected = [
      'LICENSE',
      'README.md',
      'package.json',
      'dist/custom-elements.json',
      ...WHOLE,
      ...scripts.flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`]),
      ...(await languages()).flatMap((name) => [`dist/locales/${name}.js`, `dist/locales/${name}.js.map`, `dist/locales/${name}.json`]),
    ];
    expect(project.packed.filter((file) => !file.startsWith('dist/types/'))).toEqual(expected.sort());
  });

  it('has types of what the source has, and none that an older build has left', async () => {
    for (const file of project.packed) {
      const [, source] = /^dist\/types\/(.*)\.d\.ts$/.exec(file) ?? [];
      if (source) await expect(readFile(join(ROOT, `${source}.ts`)), `${file} is left over`).resolves.toBeDefined();
    }
  });

  it('has what every export leads to', async () => {
    const files = [...(await specifiers('default')), ...(await specifiers('types'))].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(25);
    expect(project.packed).toEqual(expect.arrayContaining(files));
  });

  it('tells nothing of the machine that built it', async () => {
    for (const file of project.packed) {
      const text = await packed(file);
      for (const path of [ROOT.slice(0, -1), homedir() + sep]) expect(text.includes(path), `${path} in ${file}`).toBe(false);
    }
  });

  it('has source maps that hold the source', async () => {
    for (const file of project.packed.filter((name) => name.endsWith('.js') && !WHOLE.includes(name))) {
      const script = await packed(file);
      expect(script.trimEnd().endsWith(`\n//# sourceMappingURL=${basename(file)}.map`), file).toBe(true);
      const map = JSON.parse(await packed(`${file}.map`)) as { version: number; sources: string[]; sourcesContent: string[]; mappings: string };
      expect(map.version).toBe(3);
      expect(map.sources.length, file).toBeGreaterThan(0);
      for (const [index, source] of map.sources.entries()) {
        expect(source).toMatch(/^(\.\.\/)+(component|canister|node_modules)\/[\w@./-]+$/);
        if (source.includes('../component/')) expect(map.sourcesContent[index], source).toBe(await readFile(join(ROOT, dirname(file), source), 'utf8'));
      }
    }
  });

  it('is what the build prints the integrity of', async () => {
    const again = join(project.folder, 'again');
    const { stdout } = await promisify(execFile)('npx', ['--no-install', 'rollup', '-c', '--silent', '-d', again], { cwd: ROOT });
    for (const file of ['dist/ic-stripe-pay.js', 'dist/ic-stripe-pay.classic.js']) expect(stdout).toContain(`${file} integrity="${await sha384(file)}"\n`);
  }, 120_000);
});

describe('in Node, without a DOM', () => {
  it('every export is found', async () => {
    for (const condition of ['default', 'types'] as const) {
      const wanted = await specifiers(condition);
      const found = await project.run(
        `console.log(JSON.stringify(${JSON.stringify(wanted)}.map(([specifier]) => import.meta.resolve(specifier).split('${DIST}/')[1])));`,
        '--conditions',
        condition,
      );
      expect(JSON.parse(found)).toEqual(wanted.map(([, file]) => file.replace('dist/', '')));
    }
  });

  for (const [entry, name] of [
    ['ic-stripe-pay', 'IcStripePay'],
    ['ic-stripe-pay/element.js', 'IcStripePay'],
    ['ic-stripe-pay/ic-stripe-pay.js', 'IcStripePay'],
    ['ic-stripe-pay/controller', 'StripePayController'],
  ]) {
    it(`${entry} is imported without harm`, async () => {
      expect(await project.run(`import { ${name} } from '${entry}'; console.log(${name}.name && typeof ${name});`)).toBe('function');
    });
  }
});

describe('in a browser', () => {
  let browser: Browser;
  let site: Site;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await launch();
    site = await serveFolder(project.folder);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });
  beforeEach(async () => {
    site.asked.length = 0;
    errors = [];
    page = await browser.newPage({ locale: 'en-US' });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  });
  afterEach(() => page.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });

  /** Clicks, and tells the address that the shopper is led to. */
  async function pay(name: string): Promise<string> {
    const [left] = await Promise.all([page.waitForRequest((request) => request.url().startsWith(LINK)), button(name).click()]);
    return left.url();
  }
  const LED = /^https:\/\/buy\.stripe\.com\/test_abc\?client_reference_id=isp1[a-z2-7]{26}/;

  /** Builds `<name>/index.html` and the script it names by Vite; the page is then `<name>/dist/index.html`. */
  async function bundle(name: string, html: string, script: string): Promise<void> {
    await project.write(`${name}/index.html`, `<!doctype html><title>shop</title>${html}<script type="module" src="./main.js"></script>`);
    await project.write(`${name}/main.js`, script);
    // The runner's own would have Vite take packages' development builds.
    vi.stubEnv('NODE_ENV', 'production');
    try {
      await build({ root: join(project.folder, name), base: './', configFile: false, logLevel: 'error' });
    } finally {
      vi.unstubAllEnvs();
    }
  }

  describe('bundled by Vite', () => {
    it('the tag is there, and leads to the payment link', async () => {
      await bundle('plain', `<ic-stripe-pay ${TAG}></ic-stripe-pay>`, `import 'ic-stripe-pay';`);
      await page.goto(`${site.origin}/plain/dist/index.html`);
      expect(await pay('Pay')).toMatch(LED);
      expect(errors).toEqual([]);
    });

    it('speaks the language of the page, which the bundler has made a file of its own', async () => {
      await bundle('polish', `<ic-stripe-pay lang="pl" ${TAG}></ic-stripe-pay>`, `import 'ic-stripe-pay';`);
      await page.goto(`${site.origin}/polish/dist/index.html`);
      expect(await pay('Zapłać')).toMatch(LED);
      expect(site.asked.filter((path) => path.includes('/pl-')).length).toBe(1);
      expect(errors).toEqual([]);
    });

    it('says what to mend, in words that it loads only then', async () => {
      await bundle('mend', '<ic-stripe-pay></ic-stripe-pay>', `import 'ic-stripe-pay';`);
      await page.goto(`${site.origin}/mend/dist/index.html`);
      await button('Pay').click();
      await page.getByText('Set payment-link.').waitFor();
      expect(errors.join()).toContain('payment_link_missing: Set payment-link.');
    });

    it('speaks the language whose words the site has imported', async () => {
      await bundle(
        'german',
        `<ic-stripe-pay ${TAG}></ic-stripe-pay>`,
        `import 'ic-stripe-pay';
        import german from 'ic-stripe-pay/locales/de.json' with { type: 'json' };
        document.querySelector('ic-stripe-pay').messages = german;`,
      );
      await page.goto(`${site.origin}/german/dist/index.html`);
      expect(await pay('Bezahlen')).toMatch(LED);
      expect(errors).toEqual([]);
    });

    it('the controller pays without the element', async () => {
      await bundle(
        'controller',
        '<button>Mine</button>',
        `import { StripePayController } from 'ic-stripe-pay/controller';
        const checkout = new StripePayController({ paymentLink: '${LINK}', canisterId: 'rrkah-fqaaa-aaaaa-aaaaq-cai' });
        checkout.connect();
        document.querySelector('button').onclick = () => checkout.pay();`,
      );
      await page.goto(`${site.origin}/controller/dist/index.html`);
      expect(await page.evaluate(() => customElements.get('ic-stripe-pay') === undefined)).toBe(true);
      expect(await pay('Mine')).toMatch(LED);
      expect(errors).toEqual([]);
    });
  });

  describe('as a file on a plain page', () => {
    for (const [file, type] of [
      ['ic-stripe-pay.js', 'type="module"'],
      ['ic-stripe-pay.classic.js', ''],
    ]) {
      const pageWith = async (folder: string) =>
        `<!doctype html><html lang="de"><title>shop</title><ic-stripe-pay ${TAG}></ic-stripe-pay>
        <script ${type} src="${folder}/${file}" integrity="${await sha384(`dist/${file}`)}"></script>`;

      it(`${file} is what its integrity says, and speaks the language of the page`, async () => {
        await project.write('page.html', await pageWith(DIST));
        await page.goto(`${site.origin}/page.html`);
        expect(await pay('Bezahlen')).toMatch(LED);
        expect(errors).toEqual([]);
      });

      it(`${file} speaks English where the words were tampered with`, async () => {
        await cp(join(project.unpacked, 'dist'), join(project.folder, 'tampered'), { recursive: true });
        const words = join(project.folder, 'tampered/locales/de.json');
        await writeFile(words, (await readFile(words, 'utf8')).replace('Bezahlen', 'Bezahlt!'));
        await project.write('page.html', await pageWith('/tampered'));
        await page.goto(`${site.origin}/page.html`);
        await button('Pay').waitFor();
        expect(site.asked).toContain('/tampered/locales/de.json');
        expect(errors.join('\n')).toContain('integrity');
      });
    }
  });

  // Waits for component/element.ts to render where there is no DOM: `this.closest` is missing there.
  describe('drawn by a server', () => {
    const SESSION = 'cs_test_a1';

    /** A page with the tag as @lit-labs/ssr draws it; it marks the button before any module runs. */
    async function draw(attributes: string, lang = 'en'): Promise<string> {
      const drawn = await project.run(`
        import { html } from 'lit';
        import { render } from '@lit-labs/ssr';
        import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
        import { IcStripePay } from 'ic-stripe-pay/element.js';
        customElements.define('ic-stripe-pay', IcStripePay);
        console.log(await collectResult(render(html\`<ic-stripe-pay ${attributes}></ic-stripe-pay>\`)));`);
      expect(drawn).toMatch(/shadowrootmode="open".*<button part="button".*Pay/s);
      return `<html lang="${lang}">${drawn}<script>
        for (const button of document.querySelector('ic-stripe-pay').shadowRoot.querySelectorAll('button')) button.title = 'from the server';
      </script>`;
    }
    const HYDRATING = `import '@lit-labs/ssr-client/lit-element-hydrate-support.js'; import 'ic-stripe-pay';`;

    it('the button is there before the script, and the same one works after it', async () => {
      await bundle('drawn', await draw(TAG), HYDRATING);
      await page.goto(`${site.origin}/drawn/dist/index.html`);
      await page.waitForFunction(() => (document.querySelector('ic-stripe-pay') as { hasUpdated?: boolean } | null)?.hasUpdated);
      expect(await button('Pay').getAttribute('title')).toBe('from the server');
      expect(await pay('Pay')).toMatch(LED);
      expect(errors).toEqual([]);
    });

    it('the button stays, and comes to speak the language of the page', async () => {
      await bundle('drawn', await draw(TAG, 'de'), HYDRATING);
      await page.goto(`${site.origin}/drawn/dist/index.html`);
      await button('Bezahlen').waitFor();
      expect(await button('Bezahlen').getAttribute('title')).toBe('from the server');
      expect(errors).toEqual([]);
    });

    it('the page that the shopper comes back to tells of the payment', async () => {
      const payment = { id: SESSION, client_reference_id: null, amount_total: 80, currency: 'jpy', amount_refunded: 0, livemode: false };
      site.answers.set('/checkout/', { status: 'paid', payment });
      await bundle('drawn', await draw(`payment-link="${LINK}" gateway="${site.origin}"`), HYDRATING);
      await page.goto(`${site.origin}/drawn/dist/index.html?check_out_session_id=${SESSION}`);
      await page.getByText('¥80').waitFor();
      expect(errors).toEqual([]);
    });

    it('a script that takes over nothing draws anew, and leaves one button', async () => {
      await bundle('drawn', await draw(TAG), `import 'ic-stripe-pay';`);
      await page.goto(`${site.origin}/drawn/dist/index.html`);
      await page.waitForFunction(() => (document.querySelector('ic-stripe-pay') as { hasUpdated?: boolean } | null)?.hasUpdated);
      expect(await pay('Pay')).toMatch(LED);
      expect(errors).toEqual([]);
    });
  });
});

describe('in TypeScript', () => {
  const SOURCES = {
    'element.ts': `
      import 'ic-stripe-pay';
      import 'ic-stripe-pay/ic-stripe-pay.js';
      import type { IcStripePay, State } from 'ic-stripe-pay';
      import german from 'ic-stripe-pay/locales/de.json' with { type: 'json' };
      const tag: IcStripePay = document.querySelector('ic-stripe-pay')!;
      tag.messages = german;
      const kind: State['kind'] = tag.state.kind;
      const isOpening: boolean = tag.pay();
      tag.addEventListener('ic-stripe-paid', (event) => {
        const amount: number | null | undefined = event.payment.amount_total;
        // @ts-expect-error -- no such field
        void [amount, event.payment.price];
      });
      document.addEventListener('ic-stripe-redirect', ({ url }) => url.length);
      // @ts-expect-error -- another event
      window.addEventListener('ic-stripe-status', ({ url }) => url);
      // @ts-expect-error -- no such text
      tag.messages = { buy: 'Buy' };
      // @ts-expect-error -- no such state
      void [tag.state.kind === 'bought', kind, isOpening];`,
    'class.ts': `
      import { IcStripePay } from 'ic-stripe-pay/element.js';
      class Mine extends IcStripePay {}
      customElements.define('my-pay', Mine);
      new Mine().paymentLink = 'https://buy.stripe.com/test_abc';
      // @ts-expect-error -- a text
      new Mine().paymentLink = 1;`,
    'controller.ts': `
      import { StripePayController } from 'ic-stripe-pay/controller';
      const checkout = new StripePayController({ paymentLink: 'https://buy.stripe.com/test_abc' });
      const kind: string = checkout.state.kind;
      // @ts-expect-error -- as a property it is called paymentLink
      new StripePayController({ 'payment-link': kind });`,
    'react.tsx': `
      import type {} from 'ic-stripe-pay/react';
      export const right = <ic-stripe-pay payment-link="https://buy.stripe.com/test_abc" lock-email className="pay" messages={{ pay: 'Buy' }} onic-stripe-paid={(event) => event.payment.id.length}>Buy</ic-stripe-pay>;
      // @ts-expect-error -- a text
      export const attribute = <ic-stripe-pay payment-link={1} />;
      // @ts-expect-error -- no such attribute
      export const unknown = <ic-stripe-pay price="1" />;
      // @ts-expect-error -- no such field
      export const field = <ic-stripe-pay onic-stripe-paid={(event) => event.payment.price} />;`,
    'vue.ts': `
      import type { GlobalComponents } from 'vue';
      import type {} from 'ic-stripe-pay/vue';
      type Props = InstanceType<GlobalComponents['ic-stripe-pay']>['$props'];
      export const right: Props = { 'payment-link': 'https://buy.stripe.com/test_abc', 'lock-email': true, onIcStripePaid: (event) => event.payment.id.length };
      // @ts-expect-error -- a text
      export const attribute: Props = { 'payment-link': 1 };
      // @ts-expect-error -- no such attribute
      export const unknown: Props = { price: '1' };
      // @ts-expect-error -- no such field
      export const field: Props = { onIcStripePaid: (event) => event.payment.price };`,
  };

  let files: string[];
  beforeAll(async () => {
    files = await Promise.all(Object.entries(SOURCES).map(([name, source]) => project.write(`types/${name}`, source)));
  });

  for (const [name, resolution] of Object.entries({
    bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  })) {
    // What is wrong is marked in the sources: a mark where nothing is wrong is an error, too.
    it(`right uses are right and wrong ones are wrong, with ${name}`, () => {
      const program = ts.createProgram(files, {
        ...resolution,
        target: ts.ScriptTarget.ES2022,
        jsx: ts.JsxEmit.ReactJSX,
        strict: true,
        exactOptionalPropertyTypes: true,
        resolveJsonModule: true,
        skipLibCheck: false,
        skipDefaultLibCheck: true,
        noEmit: true,
        types: [],
      });
      const told = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
        const line = file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : '';
        return line + ts.flattenDiagnosticMessageText(messageText, '\n');
      });
      expect(told).toEqual([]);
    }, 120_000);
  }
});
