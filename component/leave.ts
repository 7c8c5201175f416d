/** How the page was left: in the top window, in a new tab, or not at all. */
export type Left = 'here' | 'tab' | 'blocked';

/**
 * Opens an address, once. Must be called in the task of the click: what comes after an `await` is blocked.
 * Stripe's page refuses frames, so a framed tag moves the top window; a sandbox may forbid that (it throws)
 * and new tabs too (`open` gives null).
 * @param target `_blank` for a new tab from the start
 */
export function leave(url: string, target?: string): Left {
  if (target !== '_blank') {
    try {
      // Not `assign`: of another origin's location only `href` may be touched.
      (window.top ?? window).location.href = url;
      return 'here';
    } catch {
      // A new tab, then.
    }
  }
  const tab = open(url, '_blank');
  if (!tab) return 'blocked';
  try {
    // Set by hand: with `noopener` the answer would be null, as if blocked.
    tab.opener = null;
  } catch {
    // A sandbox of its own origin may not, and needs not: there is nothing in it to reach for.
  }
  return 'tab';
}
