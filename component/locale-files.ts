/** Read while the script is evaluated: a classic script has no other time to learn its own address. */
const HERE = import.meta.url;

/**
 * The languages beside English: files in locales/ beside this script, each with the hash that its bytes must have, which the
 * build puts in (https://www.w3.org/TR/SRI/). In the package another module takes the place of this one: a bundler is to see
 * the languages, and make of each a file of the site's own.
 */
export const LOCALES: Readonly<Record<string, string>> = {
  ar: '',
  cs: '',
  da: '',
  de: '',
  el: '',
  es: '',
  fi: '',
  fr: '',
  he: '',
  hu: '',
  it: '',
  ja: '',
  ko: '',
  nb: '',
  nl: '',
  pl: '',
  pt: '',
  sv: '',
  tr: '',
  zh: '',
  'zh-Hant': '',
};

/** Loads the texts of one of {@link LOCALES}. Throws where that fails. */
export async function readLocale(name: string): Promise<object> {
  const response = await fetch(new URL(`locales/${name}.json`, HERE), { credentials: 'omit', integrity: LOCALES[name] ?? '' });
  return (await response.json()) as object;
}
