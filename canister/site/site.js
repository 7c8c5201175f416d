/* global document, location, navigator, Option */
/** Builds the tag from the form, to be copied, and shows it at work. */
const form = document.querySelector('form');
const code = document.querySelector('#code');
const preview = document.querySelector('#preview');
const copied = document.querySelector('#copied');
const { script, integrity } = code.dataset;

const LANGUAGES = 'ar cs da de el en es fi fr he hu it ja ko nb nl pl pt sv tr zh zh-Hant';
for (const tag of LANGUAGES.split(' ')) {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag);
  form.elements.locale.append(new Option(name, tag));
}

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function show() {
  const { value: label } = form.elements.label;
  const attributes = ['payment-link', 'reference', 'locale'].map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value);
  const source = form.elements.pinned.checked ? `${location.origin}${script}"\n  integrity="${integrity}" crossorigin="anonymous` : `${location.origin}/ic-stripe-pay.js`;
  code.textContent = `<script type="module" src="${source}"></script>

<ic-stripe-pay${attributes.map(([name, value]) => `\n  ${name}="${escape(value)}"`).join('')}
>${escape(label)}</ic-stripe-pay>`;
  copied.textContent = '';

  const tag = document.createElement('ic-stripe-pay');
  for (const [name, value] of attributes) tag.setAttribute(name, value);
  tag.textContent = label;
  preview.replaceChildren(tag);
}

form.addEventListener('input', show);
form.addEventListener('submit', (event) => event.preventDefault());
document.querySelector('#copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    copied.textContent = 'Copied.';
  } catch {
    copied.textContent = 'The browser does not allow it: select the text and copy it by hand.';
  }
});
show();
