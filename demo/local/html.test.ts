import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from './html.js';

test('values are escaped, HTML is not, and lists are joined', () => {
  const list = ['<a>', '&'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul title="${'"\''}">${list}${false}${undefined}${null}${0}</ul>`.text).toBe(
    '<ul title="&quot;&#39;"><li>&lt;a&gt;</li><li>&amp;</li>0</ul>',
  );
});

test('no text leaves the place it was put in', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ';', '$', '\\', '`') }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']/);
    }),
  );
});
