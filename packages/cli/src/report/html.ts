/** Markup that is already safe; made by `html` and `raw` only. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly (Markup | string | number | null)[];

/** Declares a string as markup. */
export function raw(markup: string): Markup {
  return { markup };
}

/** Text with the five characters of markup escaped. */
export function escapeText(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (c) => names[c] ?? c);
}

function render(part: Part): string {
  if (part === null) return "";
  if (Array.isArray(part)) return part.map(render).join("");
  if (typeof part === "object" && "markup" in part) return part.markup;
  return escapeText(String(part));
}

/** A template whose values are escaped unless they are markup; lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return raw(strings.map((text, i) => (i === 0 ? text : render(parts[i - 1] ?? null) + text)).join(""));
}
