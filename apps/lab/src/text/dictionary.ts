import { chinese } from "./chinese.js";
import { english, type Key } from "./english.js";

/** The languages of the page. */
export const languages = ["en", "zh"] as const;
/** One language of the page. */
export type Language = (typeof languages)[number];

const dictionary: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { en: english, zh: chinese };

/** The text of a key, with every `{name}` replaced by its value. */
export function textOf(lang: Language, key: Key, values: Readonly<Record<string, string>> = {}): string {
  return dictionary[lang][key].replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole);
}

/** The name of a toy set, or what core calls it where the dictionary has none. */
export function nameOfData(lang: Language, name: string): string {
  const key = `data.${name}`;
  return isKey(key) ? textOf(lang, key) : name;
}

function isKey(key: string): key is Key {
  return Object.hasOwn(english, key);
}
