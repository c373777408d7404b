/** Spreads typed arrays into lists; refuses numbers that JSON would turn into null without a word. */
function plain(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`internal: "${key}" is ${value} in a JSON result`);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float64Array);
  return value;
}

/** A value as one line of JSON; typed arrays become lists. @throws Error for a number that is not finite. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, plain);
}

/** Keys of every object in alphabetical order, so that equal values have equal texts and equal digests. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return plain.call(undefined, key, inner);
    return Object.fromEntries(Object.entries(inner).sort(([p], [q]) => (p < q ? -1 : 1)));
  });
}
