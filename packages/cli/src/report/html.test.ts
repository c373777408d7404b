import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, html, raw } from "./html.js";

const NAMES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
const unescaped = (text: string): string => text.replace(/&(?:lt|gt|quot|#39|amp);/g, (name) => NAMES[name] ?? name);

describe("escapeText", () => {
  it("leaves no character of markup, and a browser reads back the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("&", "<", ">", '"', "'", ";", "lt", "a", "数", " ") }), (text) => {
        const escaped = escapeText(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(unescaped(escaped)).toBe(text);
      }),
    );
  });
});

describe("html", () => {
  it("escapes texts and numbers, and lets markup through once", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(html`<p title="${'"'}">${inner}${3}</p>`.markup).toBe('<p title="&quot;"><b>&lt;i&gt;</b>3</p>');
    expect(html`${raw("<br>")}`.markup).toBe("<br>");
  });

  it("joins lists, escapes what is in them, and shows nothing for null", () => {
    expect(html`<ul>${["<", html`<li>`, null, 4]}</ul>${null}`.markup).toBe("<ul>&lt;<li>4</ul>");
  });
});
