import { escapeText, html, type Markup, raw } from "./html.js";

/** A phrase in both languages of the report. */
export interface Phrase {
  readonly en: string;
  readonly zh: string;
}

/** A phrase from its two texts. */
export function phrase(en: string, zh: string): Phrase {
  return { en, zh };
}

/** Stands for an underscore that no index follows; from the private use area, so that no text has it. */
const UNDERSCORE = "\ue000";

/** A name that was given, for a phrase: its underscores are no indices. */
export function verbatim(name: string): string {
  return name.replaceAll("_", UNDERSCORE);
}

/**
 * Both languages as markup; the page shows the one that is chosen. An index written as in `x_t` or `L_CFM` is set low, a
 * limit written as in `∫₀^∞` high.
 */
export function both({ en, zh }: Phrase): Markup {
  return html`<span lang="en">${withIndices(en)}</span><span lang="zh">${withIndices(zh)}</span>`;
}

function withIndices(text: string): Markup {
  return raw(
    escapeText(text)
      .replace(/(?<=(?<![\p{L}\p{N}_])[\p{L}∂∇Σ])_(CFM|FM|data|[a-zθ0-9])(?![\p{L}\p{N}_])/gu, "<sub>$1</sub>")
      .replace(/\^∞/g, "<sup>∞</sup>")
      .replaceAll(UNDERSCORE, "_"),
  );
}

/** A number with at most that many significant digits, as a reader needs them. */
export function number(value: number, digits = 4): string {
  return typeset(Number.isFinite(value) ? Number(value.toPrecision(digits)) : value);
}

/** A number with all the digits that it has, for the ticks of an axis. */
export function exactNumber(value: number): string {
  return typeset(value);
}

function typeset(value: number): string {
  if (value === 0 || Number.isNaN(value)) return String(value);
  return value < 0 ? `−${typesetSize(-value)}` : typesetSize(value);
}

function typesetSize(size: number): string {
  if (size === Infinity) return "∞";
  if (size < 1e-3 || size >= 1e6) return size.toExponential().replace("e-", "e−").replace("e+", "e");
  const [whole = "", fraction] = String(size).split(".");
  const grouped = size >= 1e4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** value ± error, the error with two digits and the value to the same decimal; the value alone when there is no error. */
export function plusMinus(value: number, error: number): string {
  if (!(error > 0 && error < Infinity)) return number(value);
  const size = Math.max(Math.abs(value), error);
  const power = size < 1e-3 || size >= 1e6 ? exponentOf(size) : 0;
  const scaled = [value, error].map((v) => v / 10 ** power);
  const decimals = Math.max(0, 1 - exponentOf(error) + power);
  if (decimals > 15) return `${exactNumber(value)} ± ${number(error, 2)}`; // beyond the digits that a double has
  const [mean, deviation] = scaled.map((v) => v.toFixed(decimals).replace("-", "−"));
  return power === 0 ? `${mean} ± ${deviation}` : `(${mean} ± ${deviation})e${String(power).replace("-", "−")}`;
}

/** ⌊log₁₀ v⌋ for positive v, without a rounding in the logarithm. */
export function exponentOf(v: number): number {
  return Number(v.toExponential().split("e")[1]);
}
