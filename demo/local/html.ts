/** HTML that may stand in a page as it is; only {@link html} and {@link raw} make it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in an {@link html} template. `false`, `null` and `undefined` leave nothing. */
export type Fragment = Html | string | number | false | null | undefined | readonly Fragment[];

/**
 * Builds HTML from a template, escaping every value that is not HTML already.
 * An attribute's value must stand in double quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(render)));
}

/** Text that is HTML already and comes from this source code, never from a request. */
export function raw(text: string): Html {
  return new Html(text);
}

function render(value: Fragment): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'object') return value.map(render).join('');
  return escape(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that may stand in HTML, between tags or in a quoted attribute. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
