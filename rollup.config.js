import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import esbuild from 'rollup-plugin-esbuild';
import { integrity, localesAsFiles, localesAsModules } from './rollup-locales.js';

/** Replaces text in one module, and fails where either is not there: a new version of it must be looked at. */
export function patch(file, replacements) {
  let isSeen = false;
  return {
    name: `patch ${file}`,
    transform(code, id) {
      if (!id.endsWith(file)) return null;
      isSeen = true;
      for (const [from, to] of replacements) {
        const patched = code.replace(from, to);
        if (patched === code) this.error(`${file} no longer holds ${from}`);
        code = patched;
      }
      return { code, map: null };
    },
    buildEnd(error) {
      if (!error && !isSeen) this.error(`nothing imports ${file}`);
    },
  };
}

/**
 * Takes comments and idle white space out of the styles, which no minifier looks into. As one constant text
 * they need none of what the tag `css` does with its parts.
 */
function minifyCss() {
  return {
    name: 'minify css',
    transform(code, id) {
      if (!id.endsWith('/component/styles.ts')) return null;
      const minify = (text) =>
        text
          .replace(/\/\*[^]*?\*\//g, '')
          .replace(/\s+/g, ' ')
          .replace(/ ?([{};,>]) ?/g, '$1')
          .replace(/: /g, ':')
          .replace(/;}/g, '}')
          .replace(/\b0(?=\.\d)/g, '')
          .replace(/='([\w-]+)'/g, '=$1')
          .trim();
      return {
        code: code
          .replace("import { css }", "import { unsafeCSS }")
          .replace(/css(`[^`]*`)/, (_, text) => `unsafeCSS(${minify(text)})`),
        map: null,
      };
    },
  };
}

/** One file cannot load words when they are needed; it has them. */
const inlineRemedies = patch('/component/checkout.ts', [
  ["import('./remedies.js')", 'Promise.resolve({ REMEDIES })'],
  [/^/, "import { REMEDIES } from './remedies.js';"],
]);

/** What signs shoppers in is a file of its own beside this one, loaded when it is needed; build-whole.mjs makes it. */
const signInBeside = {
  name: 'sign-in beside',
  resolveDynamicImport: (specifier) => (specifier === './sign-in/index.js' ? { id: './ic-stripe-sign-in.js', external: true } : null),
};

// Named, because otherwise it is NODE_ENV that decides which build of Lit is taken.
const resolve = nodeResolve({ exportConditions: ['production'] });
const compile = esbuild({ target: 'es2022', tsconfig: false });

/** One keyword packs better than two. As long as before, so that source maps stay true. */
const letForConst = {
  name: 'let for const',
  renderChunk: (code) => ({ code: code.replace(/\bconst(?= [\w$[{])/g, 'let  '), map: null }),
};
const PREAMBLE = '/*! ic-stripe-pay, MIT */';
const shrinking = { ecma: 2022, module: true, compress: { passes: 3, inline: 1, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, keep_fargs: false }, format: { comments: false, preamble: PREAMBLE } };
const shrink = terser(shrinking);
const shrinkWithLit = terser({
  ...shrinking,
  // What Lit shares only with itself. Not `elementProperties`, which it also looks up by its name.
  mangle: { properties: { regex: /^(_\$.*|enableUpdating|scheduleUpdate|performUpdate|shouldUpdate|firstUpdated|getUpdateComplete|createProperty|getPropertyDescriptor|getPropertyOptions|elementStyles|finalizeStyles|isUpdatePending|renderOptions|createRenderRoot|renderBefore|shadowRootOptions)$/ } },
  format: { comments: false, preamble: PREAMBLE.replace('MIT', 'MIT; Lit (c) Google LLC, BSD-3-Clause') },
});

/**
 * Lit is half of the file that stands alone, whose budget is 15,000 bytes; without this it has some 900 more.
 * Takes out of Lit what this element has no use for: polyfills for browsers older than its own styles
 * (before 2023), properties that reflect or are no strings, controllers, initializers,
 * decorators, and bindings of properties and booleans. Whoever derives a class of their own has Lit, and
 * imports the package instead.
 */
const prunedLit = [
  patch('lit-html/lit-html.js', [
    [',B=t.litHtmlPolyfillSupport;B?.(S,k),', ';'],
    ['"."===e[1]?I:"?"===e[1]?L:"@"===e[1]?z:H', '"@"===e[1]?z:H'],
  ]),
  patch('lit-element/lit-element.js', [
    [',s.litElementHydrateSupport?.({LitElement:i});const o=s.litElementPolyfillSupport;o?.({LitElement:i});', ';'],
  ]),
  patch('reactive-element/reactive-element.js', [
    ['=a.reactiveElementPolyfillSupport', '=void 0'],
    [/u=\{toAttribute.*?return i\}\}/, 'u={fromAttribute:t=>t}'],
    [/_\$ET\(t,s\)\{.*?\}(?=_\$AK\()/, ''],
    [/addController\(t\)\{.*?\}(?=_\$E_)/, ''],
    [/this\._\$EO\?\.forEach\(t=>t\.\w+\?\.\(\)\)/g, '0'],
    [/static addInitializer\(t\)\{.*?\}(?=static)/, ''],
    [',void 0!==t.l&&(this.l=[...t.l])', ''],
    [',this.constructor.l?.forEach(t=>t(this))', ''],
    ['this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),', ''],
    [',!0===e&&this._$Em!==t&&(this._$Eq??=new Set).add(t)', ''],
    ['Symbol.metadata??=Symbol("metadata"),a.litPropertyMetadata??=new WeakMap;', ''],
    [/const t=this\[Symbol\.metadata\];if\(null!==t\)\{.*?\}(?=this\._\$Eh=)/, ''],
  ]),
  patch('reactive-element/css-tag.js', [[/t\.ShadowRoot&&.*?CSSStyleSheet\.prototype/, '!0']]),
];

/** Lit for a file that stands alone. */
const ownLit = [
  patch('lit-html/lit-html.js', [
    // A Trusted Types policy of its own name, for a site's list to name; Lit beside it keeps `lit-html`. Where the
    // list lacks it, or another copy of this file has it already, creating it throws, and the file must still load.
    [
      'e=s?s.createPolicy("lit-html",{createHTML:t=>t}):void 0',
      'e=(()=>{try{return s?.createPolicy("ic-stripe-pay",{createHTML:t=>t})}catch{}})()',
    ],
    // Importing the file where there is no DOM must be safe.
    ['l=document,', 'l=t.document,'],
    ['P=l.createTreeWalker(', 'P=l?.createTreeWalker('],
  ]),
  patch('reactive-element/reactive-element.js', [['extends HTMLElement{', 'extends(globalThis.HTMLElement??Object){']]),
];

/** Says what a page has to write beside the address of each file that stands alone. */
function printIntegrity(folder) {
  return {
    name: 'print integrity',
    writeBundle(_, bundle) {
      for (const { type, fileName, code } of Object.values(bundle)) if (type === 'chunk') console.log(`${folder}${fileName} integrity="${integrity(code, 'sha384')}"`);
    },
  };
}

/** Of a file that stands alone. */
export function standalone({ isShipping, folder = 'dist/' }) {
  return [signInBeside, localesAsFiles({ isShipping }), inlineRemedies, minifyCss(), ...ownLit, ...prunedLit, compile, resolve, letForConst, shrinkWithLit, printIntegrity(folder)];
}

/** A file by its own name of what is loaded when it is needed. */
const chunkName = ({ facadeModuleId }) => (facadeModuleId.includes('/locales/') ? 'locales/[name].js' : '[name].js');

export default [
  {
    input: { 'ic-stripe-pay': 'component/index.ts' },
    plugins: standalone({ isShipping: true }),
    output: { dir: 'dist', format: 'es', sourcemap: true },
  },
  {
    // For pages that cannot have modules.
    input: { 'ic-stripe-pay.classic': 'component/index.ts' },
    plugins: standalone({ isShipping: false }),
    output: { dir: 'dist', format: 'iife', name: 'icStripePay', sourcemap: true },
  },
  {
    // The package: Lit is the site's.
    input: { element: 'component/element.ts' },
    external: /^lit($|\/)/,
    plugins: [signInBeside, localesAsModules(), minifyCss(), compile, resolve, letForConst, shrink],
    output: { dir: 'dist', format: 'es', sourcemap: true, chunkFileNames: chunkName },
  },
  {
    // Registers it.
    input: { index: 'component/index.ts' },
    external: './element.js',
    plugins: [compile, shrink],
    output: { dir: 'dist', format: 'es', sourcemap: true },
  },
  {
    // A file of its own, with nothing of the element's looks. What copies of this code share they share by the document.
    input: { controller: 'component/controller.ts' },
    plugins: [signInBeside, compile, resolve, letForConst, shrink],
    output: { dir: 'dist', format: 'es', sourcemap: true, chunkFileNames: chunkName },
  },
];
