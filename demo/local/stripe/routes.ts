import type { IncomingMessage } from 'node:http';
import type { Api } from './api.js';
import { confirmation, openLink, paySession, showSession, type Checkout } from './checkout.js';
import type { Answer } from './http.js';
import { indexPage, isAction, type Action } from './index-page.js';
import { notice, redirect } from './page.js';
import type { PaymentLink } from './payment-links.js';

/** Everything that can answer a request. */
export interface Rooms {
  api: Api;
  checkout: Checkout;
  links: readonly PaymentLink[];
  /** What the buttons of the index page do. They throw where it cannot be done. */
  actions: Readonly<Record<Action, (sessionId: string) => unknown>>;
}

/** Answers a request by its path: the API, the index, a payment link, or what lies under `/c/`. */
export async function answer(request: IncomingMessage, rooms: Rooms): Promise<Answer> {
  try {
    return await find(request, rooms);
  } catch (error) {
    return notice('The stand-in has a fault', error instanceof Error ? error.message : String(error), 500);
  }
}

async function find(request: IncomingMessage, { api, checkout, links, actions }: Rooms): Promise<Answer> {
  const [path = '', search = ''] = (request.url ?? '/').split('?', 2);
  if (path.startsWith('/v1/')) return api.answer(request);

  const [first = '', room, id = '', action = ''] = path.slice(1).split('/');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (first !== 'c') {
    if (method !== 'GET' || room !== undefined) return nothingHere();
    return first === '' ? indexPage(links, checkout.sessions) : openLink(checkout, first, new URLSearchParams(search));
  }
  switch (`${method} ${room}`) {
    case 'GET pay':
      return showSession(checkout, id);
    case 'POST pay':
      return paySession(checkout, id, request);
    case 'GET confirmation':
      return confirmation(checkout, id);
    case 'POST session':
      return act(actions, id, action);
    default:
      return nothingHere();
  }
}

function act(actions: Rooms['actions'], id: string, name: string): Answer {
  if (!isAction(name)) return nothingHere();
  try {
    actions[name](id);
  } catch (error) {
    return notice('That cannot be done', (error as Error).message, 409);
  }
  return redirect('/');
}

function nothingHere(): Answer {
  return notice('Page not found', 'There is nothing here.', 404);
}
