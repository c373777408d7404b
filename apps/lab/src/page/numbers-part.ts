import { TOP } from "../model/figures.js";
import type { Lab } from "../model/lab.js";
import { numberRows } from "../model/numbers.js";
import type { LabState } from "../state/lab-state.js";
import { textOf } from "../text/dictionary.js";
import { numberText, vectorText } from "../text/number.js";
import { element } from "./element.js";

/** The numbers of a view, and the data points of largest weight. */
export function numbersPart(): { readonly root: HTMLElement; readonly show: (state: LabState, lab: Lab) => void } {
  const root = element("aside");
  const about = element("p", { class: "about" });
  const tables = element("div");
  root.append(about, tables);
  return {
    root,
    show(state, lab) {
      const { lang, view } = state;
      about.textContent = textOf(lang, `about.${view}`);
      tables.replaceChildren(figuresTable(state, lab), ...(view === "posterior" ? [topTable(state, lab)] : []));
    },
  };
}

function figuresTable(state: LabState, lab: Lab): HTMLElement {
  const rows = numberRows(state, lab).map(({ key, text }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, textOf(state.lang, key)),
      element("td", { id: key.replace(".", "-") }, text),
    ),
  );
  return element(
    "table",
    {},
    element("caption", {}, textOf(state.lang, "numbers")),
    element("thead", {}, headRow(textOf(state.lang, "quantity"), textOf(state.lang, "value"))),
    element("tbody", {}, ...rows),
  );
}

function topTable({ lang }: LabState, { figures }: Lab): HTMLElement {
  const rows = figures.top.map(({ z, weight }) => {
    const share = element("span", { class: "share" });
    share.style.inlineSize = `${100 * weight}%`;
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, vectorText(z)),
      element("td", {}, element("span", { class: "weight" }, numberText(weight)), share),
    );
  });
  return element(
    "table",
    { id: "top" },
    element("caption", {}, textOf(lang, "top.caption", { count: String(Math.min(TOP, figures.top.length)) })),
    element("thead", {}, headRow(textOf(lang, "top.point"), textOf(lang, "top.weight"))),
    element("tbody", {}, ...rows),
  );
}

function headRow(...texts: readonly string[]): HTMLElement {
  return element("tr", {}, ...texts.map((text) => element("th", { scope: "col" }, text)));
}
