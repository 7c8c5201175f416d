import { commons, type Returned } from './commons.js';
import { announced, shown } from './memory.js';
import { readReturnAddress } from './return-address.js';

/**
 * Captures what the address, or else a reload, brings back. Called when this module is evaluated,
 * before a router can rewrite the address, and again by each tag that enters the document.
 */
export function capture(): void {
  const { href } = location;
  const address = readReturnAddress(href, commons.names);
  if (address) {
    const { value, cleaned } = address;
    if (value !== commons.returned?.value) {
      commons.returned = { value, href: cleaned, own: announced.get(value)?.own ?? 'unknown', isHidden: false };
    }
    // A task later: routers read the address while modules are evaluated, and Next undoes changes made then.
    // Where a reload could not bring the payment back, the address must.
    if (remember(commons.returned, false)) setTimeout(cleanAddress);
  } else if (!commons.returned) {
    const kept = shown.get(href);
    // A finished payment is shown again by a reload or the Back button; whoever comes anew may buy anew.
    if (kept?.final && visitType() === 'navigate') shown.drop(href);
    else if (kept) commons.returned = { value: `${kept.value}`, href, own: kept.own, isHidden: true, isKnown: true };
  }
}

/** How the shopper came to this page. */
export function visitType(): NavigationTimingType | undefined {
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return visit?.type;
}

/** Keeps a payment for a reload of this page; false where that is impossible. */
export function remember({ value, href, own }: Returned, final: boolean): boolean {
  return shown.put(href, { value, own, final });
}

/** Forgets a payment, so that the page starts anew. */
export function forget(returned: Returned): void {
  if (commons.returned === returned) commons.returned = undefined;
  shown.drop(returned.href);
}

/** The address of this page without a session's id. */
export function pageAddress(): string {
  return readReturnAddress(location.href, commons.names)?.cleaned ?? location.href;
}

/** Takes the session's id out of the address bar and the history, where screenshots and bookmarks would find it. */
export function cleanAddress(): void {
  const href = pageAddress();
  if (href === location.href) return;
  let state = history.state as Record<string, unknown> | null;
  if (state?.__NA) {
    // Next takes a state with these marks for its own, and would not learn the new address.
    state = { ...state };
    delete state.__NA;
    delete state._N;
  }
  try {
    history.replaceState(state, '', href);
  } catch {
    // Browsers refuse it to documents without an address of their own, and to pages that do it all the time.
  }
}

// Not where there is no address: in Node, in a worker.
if (globalThis.document) capture();
