/** Serves the shop: a page, the element as it was built, and nothing that thinks. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { escape } from '../local/html.js';
import { listen, type Listening } from '../local/listen.js';

/** What the page's tag says. */
export interface Tag {
  paymentLink: string;
  canisterId: string;
  /** The gateway's origin, as the tag's `gateway` takes it. */
  gateway: string;
  /** The price as the page shows it. The tag takes the amount from Stripe. */
  price: string;
}

const here = new URL('.', import.meta.url);
const dist = new URL('../../dist/', import.meta.url);

/** What is served, beside the page itself: path, file, type. */
const FILES: Record<string, [URL, string]> = {
  '/shop.css': [new URL('shop.css', here), 'text/css'],
  '/shop.js': [new URL('shop.js', here), 'text/javascript'],
  '/product.svg': [new URL('product.svg', here), 'image/svg+xml'],
  '/ic-stripe-pay.js': [new URL('ic-stripe-pay.js', dist), 'text/javascript'],
  '/ic-stripe-sign-in.js': [new URL('ic-stripe-sign-in.js', dist), 'text/javascript'],
  '/ic-stripe-pay.js.map': [new URL('ic-stripe-pay.js.map', dist), 'application/json'],
};

/** Folders that are served whole: the languages of the element, and all that it can show. */
const FOLDERS: Record<string, URL> = { locales: new URL('locales/', dist), showcase: new URL('../showcase/', here) };
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript', json: 'application/json' };

/** Starts the shop. Rejects when the port is taken. */
export function startShop(port: number, tag: Tag): Promise<Listening> {
  return listen((request, response) => void serve(request, response, tag), port);
}

async function serve(request: IncomingMessage, response: ServerResponse, tag: Tag): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  try {
    if (path === '/') return send(response, 200, 'text/html', await page(tag));
    const found = Object.hasOwn(FILES, path) ? FILES[path] : inFolder(path);
    if (!found) return send(response, 404, 'text/plain', 'There is nothing here.');
    const [file, type] = found;
    send(response, 200, type, await readFile(file));
  } catch {
    send(response, 404, 'text/plain', `${path} is not there yet: npm run build`);
  }
}

function inFolder(path: string): [URL, string] | undefined {
  const [, folder, name = 'index', ending = 'html'] = /^\/(locales|showcase)\/(?:([\w-]+)\.(html|css|js|json))?$/.exec(path) ?? [];
  return folder === undefined ? undefined : [new URL(`${name}.${ending}`, FOLDERS[folder]), TYPES[ending]];
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' }).end(body);
}

async function page(tag: Tag): Promise<string> {
  const values: Record<string, string> = {
    'payment-link': tag.paymentLink,
    'canister-id': tag.canisterId,
    gateway: tag.gateway,
    price: tag.price,
    source: source(tag),
  };
  const template = await readFile(new URL('index.html', here), 'utf8');
  return template.replace(/\{\{([a-z-]+)\}\}/g, (_, name: string) => escape(values[name]));
}

/** The tag as a site builder pastes it. */
function source({ paymentLink, canisterId, gateway }: Tag): string {
  return `<script type="module" src="/ic-stripe-pay.js"></script>

<ic-stripe-pay
  payment-link="${paymentLink}"
  canister-id="${canisterId}"
  gateway="${gateway}"
  reference="order-42"
>Buy now</ic-stripe-pay>`;
}
