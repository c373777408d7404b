import { nearest } from "../check/index.js";

/** A JSON object whose fields are taken one by one; what is wrong with one is told by its path. */
export interface Fields {
  readonly number: (key: string, holds: (value: number) => boolean, expected: string) => number;
  readonly text: (key: string, holds: (value: string) => boolean, expected: string) => string;
  readonly flag: (key: string) => boolean;
  readonly list: (key: string) => readonly unknown[];
  readonly record: (key: string, keys: readonly string[]) => Fields;
  /** Whether there is such a key. */
  readonly has: (key: string) => boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/**
 * The fields of `value`, which may have the keys of `known` and no others.
 * @throws SyntaxError for another kind of value, and for an unknown key, with the nearest known one.
 */
export function fieldsOf(value: unknown, path: string, known: readonly string[]): Fields {
  const refuse = (what: string, is: string, expected: string): never => {
    throw new SyntaxError(`Cannot read store: ${what} is ${is}; expected ${expected}`);
  };
  if (!isRecord(value)) return refuse(path, shown(value), "an object");
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    throw new SyntaxError(`Cannot read store: ${path} has the unknown key "${key}"${hint}; expected ${known.join(", ")}`);
  }
  const at = (key: string): string => `${path}.${key}`;
  const take = <T>(key: string, is: (found: unknown) => found is T, expected: string): T => {
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    return is(found) ? found : refuse(at(key), shown(found), expected);
  };
  return {
    number: (key, holds, expected) =>
      take(key, (found): found is number => typeof found === "number" && Number.isFinite(found) && holds(found), expected),
    text: (key, holds, expected) => take(key, (found): found is string => typeof found === "string" && holds(found), expected),
    flag: (key) => take(key, (found): found is boolean => typeof found === "boolean", "true or false"),
    list: (key) => take(key, (found): found is unknown[] => Array.isArray(found), "a list"),
    record: (key, keys) => fieldsOf(take(key, isRecord, "an object"), at(key), keys),
    has: (key) => Object.hasOwn(value, key),
  };
}
