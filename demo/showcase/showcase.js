/* global document, fetch */
// Draws the controls, and a frame for each of the states: they are what a document remembers, so each needs one of its own.
import { addressOf, chosen, CHOICES } from './choices.js';
import { GROUPS } from './states.js';

const root = document.documentElement;
root.style.colorScheme = chosen.theme;
root.dataset.width = chosen.width;

// Who leaves for Stripe takes the whole window along, and this one stays.
globalThis.navigation?.addEventListener('navigate', (event) => {
  if (new URL(event.destination.url).searchParams.has('client_reference_id')) event.preventDefault();
});

const html = await (await fetch('/showcase/frame.html')).text();
document.querySelector('nav').append(...CHOICES.flatMap(drawChoice));
document.querySelector('main').append(...GROUPS.map(drawGroup));

function drawChoice([name, title, labels]) {
  const heading = make('p', { id: name, textContent: title });
  const list = make('ul');
  list.setAttribute('aria-labelledby', name);
  for (const [value, label] of labels) {
    const link = make('a', { href: addressOf(name, value), textContent: label });
    if (name === 'lang') link.lang = value;
    if (value === chosen[name]) link.setAttribute('aria-current', 'true');
    list.append(make('li', {}, link));
  }
  return [heading, list];
}

function drawGroup({ heading, shown }, group) {
  const id = heading.toLowerCase().replace(/\W+/g, '-');
  const section = make('section', {}, make('h2', { id, textContent: heading }), make('div', { className: 'shown' }, ...shown.map((each, index) => draw(each, `${group}.${index}`))));
  section.setAttribute('aria-labelledby', id);
  return section;
}

function draw({ words, states, slot, sandbox, isLocal }, place) {
  const codes = [...states.map((state) => `:state(${state})`), ...(slot ? [`slot="${slot}"`] : [])];
  const frame = make('iframe', { title: words });
  Object.assign(frame.dataset, chosen, { place });
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  // A document without an address is on no host; on this page's own the tag would tell the site builder what to mend.
  if (isLocal) frame.src = '/showcase/frame.html';
  else frame.srcdoc = html;
  return make('figure', {}, make('figcaption', {}, make('b', { textContent: words }), ...codes.map((textContent) => make('code', { textContent }))), frame);
}

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
