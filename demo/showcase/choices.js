/* global location, URLSearchParams */
// What the address chooses. All of it stands there, so that a link, or a program that takes pictures, can ask for it.

/** English, and the files of component/locales/. */
const LANGUAGES = ['en', 'ar', 'cs', 'da', 'de', 'el', 'es', 'fi', 'fr', 'he', 'hu', 'it', 'ja', 'ko', 'nb', 'nl', 'pl', 'pt', 'sv', 'tr', 'zh', 'zh-Hant'];
const RIGHT_TO_LEFT = ['ar', 'he'];

const asked = new URLSearchParams(location.search);

/** One of the values that there are; the first unless another is asked for. */
function choose(name, values) {
  return values.includes(asked.get(name)) ? asked.get(name) : values[0];
}

const language = choose('lang', LANGUAGES);
const directions = RIGHT_TO_LEFT.includes(language) ? ['rtl', 'ltr'] : ['ltr', 'rtl'];

/** What is chosen, by the names of the query's parameters. */
export const chosen = {
  theme: choose('theme', ['light', 'dark']),
  width: choose('width', ['full', '320']),
  dir: choose('dir', directions),
  lang: language,
};

const nameOf = (code) => new Intl.DisplayNames(code, { type: 'language' }).of(code);

/** What can be chosen: the name, what it is called, and each value with its label. */
export const CHOICES = [
  ['theme', 'Theme', [['light', 'light'], ['dark', 'dark']]],
  ['width', 'Width', [['full', 'as wide as it likes'], ['320', '320 pixels']]],
  ['dir', 'Direction', [['ltr', 'left to right'], ['rtl', 'right to left']]],
  ['lang', 'Language', LANGUAGES.map((code) => [code, nameOf(code)])],
];

/** The address with another choice. A language comes with its own direction. */
export function addressOf(name, value) {
  const query = new URLSearchParams(asked);
  query.set(name, value);
  if (name === 'lang') query.delete('dir');
  return `?${query}`;
}
