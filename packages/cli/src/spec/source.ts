/** Where data come from: the shipped digits or earthquakes, a toy set with a number of points, a store, or a file (or the folder of a store). */
export type Source =
  | { readonly kind: "digits" }
  | { readonly kind: "earthquakes" }
  | { readonly kind: "toy"; readonly name: string; readonly count: number }
  | { readonly kind: "store"; readonly path: string }
  | { readonly kind: "file"; readonly path: string };

/** Points of a toy set when no number is given. */
export const TOY_COUNT = 2000;

/**
 * Reads `digits`, `earthquakes`, `moons`, `moons:500`, `store:folder` or a path. A name without a dot or a slash that is no known set is refused here, where
 * the nearest name can be told, and not as a file that does not exist; write `./name` for such a file.
 * @throws RangeError for an unknown name or a count that is no positive whole number.
 */
export function parseSource(text: string, toyNames: readonly string[], suggest: (name: string) => string | undefined): Source {
  if (text === "digits" || text === "earthquakes") return { kind: text };
  if (/^store:./s.test(text)) return { kind: "store", path: text.slice("store:".length) };
  const [, name = "", count] = /^([^:./\\]+)(?::(.*))?$/s.exec(text) ?? [];
  if (name === "" || /^[A-Za-z]:[\\/]/.test(text)) {
    if (text.trim() === "") throw new RangeError("Cannot load data: the name is empty; expected a name or a file");
    return { kind: "file", path: text };
  }
  if (!toyNames.includes(name)) {
    const near = suggest(name);
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    throw new RangeError(
      `Cannot load data "${text}": there is no set "${name}"${hint}; expected digits, earthquakes, ${toyNames.join(", ")}, or a file such as points.npy`,
    );
  }
  if (count === undefined) return { kind: "toy", name, count: TOY_COUNT };
  if (!/^[0-9]+$/.test(count) || Number(count) < 1 || !Number.isSafeInteger(Number(count))) {
    throw new RangeError(`Cannot load data "${text}": the count is "${count}"; expected a whole number of at least 1`);
  }
  return { kind: "toy", name, count: Number(count) };
}
