/**
 * Packs the files that the canister serves: dist/canister/static-files.js, which is bundled into it. All is hashed here, by the
 * canister's own code, so that no installation has to.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Header } from '../certification/response-hash.js';
import { certifiedFile, hex } from './certified-file.js';
import { PathTree, type Side } from './path-tree.js';
import type { StaticFile, StaticFiles } from './static-file.js';

const DIST = new URL('../../dist/', import.meta.url);
const SITE = new URL('../site/', import.meta.url);
const SCRIPT = readFileSync(new URL('canister/ic-stripe-pay.js', DIST));

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const hash = (algorithm: string, content: Uint8Array, encoding: 'hex' | 'base64') => createHash(algorithm).update(content).digest(encoding);

/** An address that never holds anything else, for a page that asks for its integrity. */
const versioned = `/ic-stripe-pay-${hash('sha256', SCRIPT, 'hex').slice(0, 16)}.js`;
const integrity = `sha384-${hash('sha384', SCRIPT, 'base64')}`;

/** How long a browser may keep what can change, in seconds, and what cannot. */
const [SOON, NEVER] = ['public, max-age=300', 'public, max-age=31536000, immutable'];
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Calls go to the Internet Computer's own address, where the page's host is a domain of the merchant's. */
const DASHBOARD_POLICY = POLICY.replace("connect-src 'self'", "connect-src 'self' https://icp-api.io https://icp0.io");

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', json: 'application/json', css: 'text/css', html: 'text/html' };

function pack(path: string, type: string, content: Uint8Array, cache = SOON, more: readonly Header[] = []): StaticFile {
  const body = gzipSync(content, { level: 9 });
  body[9] = 0xff; // gzip's note of the machine that packed it
  const headers: Header[] = [
    ['content-type', `${TYPES[type]}; charset=utf-8`],
    ['content-encoding', 'gzip'],
    ['cache-control', cache],
    ['access-control-allow-origin', '*'],
    ['x-content-type-options', 'nosniff'],
    ...more,
  ];
  return certifiedFile(path, headers, body, bytes);
}

const site = (name: string) => bytes(readFileSync(new URL(name, SITE), 'utf8').replaceAll('{{script}}', versioned).replaceAll('{{integrity}}', integrity));
const locales = new URL('canister/locales/', DIST);

const files = [
  pack('/', 'html', site('index.html'), SOON, [['content-security-policy', POLICY]]),
  pack('/dashboard', 'html', site('dashboard.html'), SOON, [['content-security-policy', DASHBOARD_POLICY]]),
  pack('/dashboard.css', 'css', site('dashboard.css')),
  pack('/dashboard.js', 'js', site('dashboard.js')),
  pack('/ic-stripe-dashboard.js', 'js', readFileSync(new URL('ic-stripe-dashboard.js', DIST))),
  pack('/ic-stripe-pay.js', 'js', SCRIPT),
  pack('/ic-stripe-sign-in.js', 'js', readFileSync(new URL('ic-stripe-sign-in.js', DIST))),
  pack(versioned, 'js', SCRIPT, NEVER),
  ...readdirSync(locales).map((name) => pack(`/locales/${name}`, 'json', readFileSync(new URL(name, locales)))),
  pack('/site.css', 'css', site('site.css')),
  pack('/site.js', 'js', site('site.js')),
];

const sideHash = (side: Side) => hex(new PathTree(files, side, bytes).hash);
const packed: StaticFiles = { files, before: sideHash('before'), after: sideHash('after') };
writeFileSync(new URL('canister/static-files.js', DIST), `export const staticFiles = ${JSON.stringify(packed)};\n`);
