import type * as z from "zod";

/** A place in a document, as `train.steps` or `data.image.width`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`)).join("");
}

/** What is there and what was expected, of the first problem that zod found in `raw`. */
export interface Described {
  /** Where the problem is; ends with the unknown key where a key is unknown. */
  readonly path: readonly PropertyKey[];
  readonly is: string;
  readonly expected: string;
}

/** The value at a path of plain data; undefined where there is none. */
function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of path) value = typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined;
  return value;
}

/** A value as a person would write it, cut to a readable length. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const KINDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  object: "a group of keys",
  array: "a list",
};

/** What zod wanted, in words. */
function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? issue.expected;
    case "too_small":
      if (issue.origin === "string") return "a text that is not empty";
      return issue.inclusive === false ? `more than ${issue.minimum}` : `at least ${issue.minimum}`;
    case "too_big":
      return issue.inclusive === false ? `less than ${issue.maximum}` : `at most ${issue.maximum}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message;
  }
}

/** Words for one issue: the first of several, since a person corrects one at a time. */
export function describeIssue(issue: z.core.$ZodIssue, raw: unknown): Described {
  if (issue.code === "unrecognized_keys") {
    const path = [...issue.path, issue.keys[0] ?? ""];
    return { path, is: `unknown key "${placeOf(path)}"`, expected: issue.message };
  }
  const place = issue.path.length === 0 ? "the spec" : `"${placeOf(issue.path)}"`;
  return { path: issue.path, is: `${place} is ${shown(valueAt(raw, issue.path))}`, expected: expectedOf(issue) };
}
