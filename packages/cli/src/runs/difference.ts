/** The first place where two plain values differ, in the order of the keys of the second. */
export interface Difference {
  /** As `train.batch`. */
  readonly place: string;
  readonly was: unknown;
  readonly is: unknown;
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where `is` first differs from `was`; undefined where they are equal. An absent key equals an undefined one. */
export function firstDifference(was: unknown, is: unknown, place = ""): Difference | undefined {
  if (isGroup(was) && isGroup(is)) {
    for (const key of new Set([...Object.keys(is), ...Object.keys(was)])) {
      const found = firstDifference(was[key], is[key], place === "" ? key : `${place}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const equal = Array.isArray(was) && Array.isArray(is) ? JSON.stringify(was) === JSON.stringify(is) : Object.is(was, is);
  return equal ? undefined : { place, was, is };
}
