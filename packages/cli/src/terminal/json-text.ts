import { toJson } from "@fluxion/io";
import { failed } from "../errors.js";

/**
 * A result as one line of JSON; typed arrays become lists.
 * @throws CliError, exit code 1, for a number that is not finite: JSON would turn it into null without a word.
 */
export function jsonText(value: unknown): string {
  try {
    return toJson(value);
  } catch (error) {
    throw error instanceof RangeError ? failed(error.message, error) : error;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([p], [q]) => (p < q ? -1 : 1)));
}

/** JSON with the keys of every object in alphabetical order, so that equal values have equal texts and equal digests. */
export function canonicalJson(value: unknown): string {
  return jsonText(sorted(value));
}
