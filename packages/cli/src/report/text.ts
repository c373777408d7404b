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

/** Both languages as markup; the page shows the one that is chosen. An index written as in `x_t` or `L_CFM` is set low. */
export function both({ en, zh }: Phrase): Markup {
  return html`<span lang="en">${withIndices(en)}</span><span lang="zh">${withIndices(zh)}</span>`;
}

function withIndices(text: string): Markup {
  return raw(escapeText(text).replace(/(?<=[\p{L}∂∇Σ])_(CFM|FM|data|[a-zθ0-9])(?![\p{L}0-9])/gu, "<sub>$1</sub>"));
}

/** A number with the digits that a reader needs. */
export function number(value: number, digits = 4): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6)
    return value
      .toExponential(Math.max(0, digits - 2))
      .replace("e-", "e−")
      .replace("e+", "e");
  return value.toLocaleString("en-US", { maximumSignificantDigits: digits, useGrouping: size >= 1e4 });
}

/** value ± error, with the error to two digits and the value to the same decimal. */
export function plusMinus(value: number, error: number): string {
  if (!(error > 0)) return number(value);
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}
