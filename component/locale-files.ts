/**
 * The languages beside English, each a file in locales/ of this script's own folder, with the hash that its bytes must have
 * (https://www.w3.org/TR/SRI/). The hashes are put in by the build; from the sources they are loaded as they are.
 */
export const LOCALE_FILES: Readonly<Record<string, string>> = {
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
