import { badInput } from "../errors.js";

/** A reader of option texts; `name` is the option in its messages. */
export type OptionReader<T> = (text: string) => T;

function refuse(name: string, text: string, expected: string): never {
  throw badInput(`Cannot read ${name}: it is "${text}"; expected ${expected}`);
}

/** A number in decimal notation; hexadecimal, empty text and infinities are refused. */
function decimal(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** A whole number from `least` to 2^53 − 1. */
export function wholeNumber(name: string, least: number): OptionReader<number> {
  return (text) => {
    const value = decimal(text);
    return Number.isSafeInteger(value) && value >= least ? value : refuse(name, text, `a whole number of at least ${least}`);
  };
}

/** A finite number for which `holds`; `expected` says which. */
export function numberWhere(name: string, holds: (value: number) => boolean, expected: string): OptionReader<number> {
  return (text) => {
    const value = decimal(text);
    return Number.isFinite(value) && holds(value) ? value : refuse(name, text, expected);
  };
}

/** A time of the path. */
export function timeOption(name: string): OptionReader<number> {
  return numberWhere(name, (t) => t >= 0 && t <= 1, "a number from 0 to 1");
}

/** One of the listed words. */
export function oneOf<T extends string>(name: string, words: readonly T[]): OptionReader<T> {
  return (text) => words.find((word) => word === text) ?? refuse(name, text, `one of ${words.join(", ")}`);
}

/** Several of the listed words, parted by commas, each once. */
export function someOf<T extends string>(name: string, words: readonly T[]): OptionReader<readonly T[]> {
  const one = oneOf(name, words);
  return (text) => [...new Set(text.split(",").map((part) => one(part.trim())))];
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** A number of bytes, at least one, as 4GB, 500MB, 1.5GiB or 1000000. */
export function byteSize(name: string): OptionReader<number> {
  return (text) => {
    const [, number = "", unit = "B"] = /^([0-9.eE+]+)\s*([A-Za-z]+)?$/.exec(text.trim()) ?? [];
    const known = Object.keys(UNITS).find((key) => key.toLowerCase() === unit.toLowerCase());
    const bytes = Math.floor(decimal(number) * (UNITS[known ?? ""] ?? Number.NaN));
    return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : refuse(name, text, "a number of bytes as 500MB or 4GB");
  };
}
