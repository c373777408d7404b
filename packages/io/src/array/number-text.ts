const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/** The number that a decimal text spells, white space around it ignored; NaN and infinities as "nan" and "inf"; undefined for any other text. */
export function numberOf(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const bare = text.trim();
  if (bare.length < text.length) return numberOf(bare);
  const special = NOT_FINITE.exec(bare);
  if (!special) return undefined;
  if (special[2]?.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** The shortest decimal text from which `numberOf` gets the same number back, the sign of zero included. */
export function textOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
