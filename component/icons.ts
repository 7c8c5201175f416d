import { html, type TemplateResult } from 'lit';
import type { Icon } from './describe.js';

/** What stands in the circle, on a field of 20 × 20; nothing while it turns. */
const MARKS: Record<Icon, string> = {
  busy: '',
  done: 'm6 10 3 3 5-6',
  wait: 'M10 6v4l3 2',
  back: 'M14 10H6l3-3m0 6-3-3',
  alert: 'M10 6v4.5m0 3v.1',
};

/** A drawing beside words that say the same. */
export function drawIcon(icon: Icon): TemplateResult {
  return html`<svg part="icon" class=${icon} viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8" /><path d=${MARKS[icon]} /></svg>`;
}
