import { labMaker } from "./model/lab.js";
import { controlsPart, timePart, viewsPart } from "./page/controls.js";
import { element } from "./page/element.js";
import { numbersPart } from "./page/numbers-part.js";
import { openStage } from "./page/stage.js";
import { openStore, type Store } from "./page/store.js";
import type { LabState } from "./state/lab-state.js";
import { textOf } from "./text/dictionary.js";
import { numberText, vectorText } from "./text/number.js";

/** How long the state rests before it is read out, milliseconds. */
const REST = 400;

/** Builds the page in `root` and keeps it to the state of its address. */
function openLab(root: HTMLElement): void {
  const labOf = labMaker();
  const store = (): Store => opened;
  const title = element("h1");
  const subtitle = element("p");
  const language = element("button", { type: "button", id: "language" });
  const parts = [controlsPart(store), timePart(store), viewsPart(store)];
  const stage = openStage(store);
  const numbers = numbersPart();
  const hint = element("p", { class: "hint" });
  const status = element("p", { role: "status" });
  const head = element("header", {}, element("div", {}, title, subtitle), language);
  const body = element("div", { class: "body" }, stage.root, numbers.root);
  root.append(head, ...parts.map((part) => part.root), body, hint, status);
  language.addEventListener("click", () => opened.change({ lang: opened.state().lang === "en" ? "zh" : "en" }));

  let reading: ReturnType<typeof setTimeout> | undefined;
  const readOut = (text: string, lang: string): void => {
    clearTimeout(reading);
    const say = (): void => {
      if (status.textContent !== text) status.textContent = text;
      status.lang = lang;
    };
    if (status.lang === lang) reading = setTimeout(say, REST);
    else say(); // nothing stays in the other language
  };
  function show(state: LabState): void {
    const { lang } = state;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = textOf(lang, "title");
    title.textContent = textOf(lang, "title");
    subtitle.textContent = textOf(lang, "subtitle");
    language.textContent = textOf(lang, "otherLanguage");
    language.lang = lang === "zh" ? "en" : "zh-CN";
    hint.textContent = textOf(lang, "howToMove");
    for (const part of parts) part.show(state);
    try {
      const lab = labOf(state);
      numbers.show(state, lab);
      stage.show(state, lab);
      readOut(textOf(lang, "status", { x: vectorText(state.x), t: state.t.toFixed(2), ess: numberText(lab.figures.ess) }), lang);
    } catch (error) {
      readOut(textOf(lang, "failed", { reason: error instanceof Error ? error.message : String(error) }), lang);
    }
  }
  const opened = openStore(show);
}

const root = document.querySelector<HTMLElement>("#lab");
if (root !== null) openLab(root);
