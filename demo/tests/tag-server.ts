/** A site with the tag on it, for tests of what surrounds the tag: its pages and headers, and a canister that says what it is told to. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { VERSION } from '../../component/version.js';
import { listen } from '../local/listen.js';

export const SESSION = 'cs_test_a1B2c3';

export interface TagServer {
  /** The site's origin. */
  readonly site: string;
  /** The same server as another site, which also is the canister's gateway. */
  readonly other: string;
  /** The paths that the canister was asked for. */
  readonly asked: string[];
  /** The queries that Stripe's page was opened with. */
  readonly left: string[];
  /** Pages by their path. */
  readonly pages: Map<string, { html: string; headers?: Record<string, string> }>;
  /** Answers for the canister; a lookup is left hanging where it does not. */
  answer: (path: string, response: ServerResponse) => void;
  /** Whether the gateway lets other sites read. */
  hasCors: boolean;
  close(): Promise<void>;
}

export async function startTagServer(): Promise<TagServer> {
  const read = (name: string) => readFile(new URL(`../../dist/${name}`, import.meta.url));
  const listening = await listen((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://localhost');
    const page = state.pages.get(pathname);
    if (/\.js(on)?$/.test(pathname)) {
      response.setHeader('access-control-allow-origin', '*').setHeader('content-type', pathname.endsWith('n') ? 'application/json' : 'text/javascript');
      const other = /^\/version-(.*)\.js$/.exec(pathname);
      void read(other ? 'ic-stripe-pay.js' : pathname.slice(1)).then(
        (bytes) => response.end(other ? bytes.toString().replace(`"${VERSION}"`, `"${other[1]}"`) : bytes),
        () => response.writeHead(404).end(),
      );
    } else if (/^\/(checkout|reference)\//.test(pathname)) {
      state.asked.push(pathname);
      if (state.hasCors) response.setHeader('access-control-allow-origin', '*');
      state.answer(pathname, response);
    } else if (pathname === '/pay') {
      state.left.push(search);
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Stripe</title>');
    } else if (page) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html);
    } else response.writeHead(404).end();
  }, 0);
  const state: TagServer = {
    site: `http://localhost:${listening.port}`,
    other: `http://127.0.0.1:${listening.port}`,
    asked: [],
    left: [],
    pages: new Map(),
    answer: () => undefined,
    hasCors: true,
    close: () => listening.close(),
  };
  return state;
}

/** A page with one tag, and the script after it. */
export function shopPage({ site, other }: TagServer, { attributes = 'locale="en"', head = '', script = '/ic-stripe-pay.js' } = {}): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>${head}
    <main><h1>Shop</h1><ic-stripe-pay payment-link="${site}/pay" gateway="${other}" ${attributes}>Buy now</ic-stripe-pay></main>
    <script type="module" src="${site}${script}"></script></html>`;
}

/** The canister's answer, as its gateway sends it. */
export function say(status: string, fields: object = {}): (path: string, response: ServerResponse) => void {
  return (_, response) => {
    const payment = {
      id: SESSION, client_reference_id: null, payment_link: 'plink_1', mode: 'payment', payment_status: 'paid', amount_total: 1999,
      currency: 'eur', amount_refunded: 0, created: 1795561771, livemode: false, ...fields,
    };
    const isKnown = /^(paid|open|processing|failed|expired|refunded)$/.test(status);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ status, ...(isKnown && { payment }) }));
  };
}
