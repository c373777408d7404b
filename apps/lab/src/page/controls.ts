import { toySetNames } from "@fluxion/core";
import { LAST_TIME, type LabState, snapCoordinate, snapTime, views } from "../state/lab-state.js";
import { type Language, nameOfData, textOf } from "../text/dictionary.js";
import type { Key } from "../text/english.js";
import { element } from "./element.js";
import type { Store } from "./store.js";

/** Part of the page that follows the state. */
export interface Part {
  readonly root: HTMLElement;
  readonly show: (state: LabState) => void;
}

/** A label around a control, and its text. */
function labelled(key: Key, control: HTMLElement, ...more: readonly HTMLElement[]): [HTMLElement, (lang: Language) => void] {
  const text = element("span", { class: "label" });
  const label = element("label", {}, text, control, ...more);
  return [
    label,
    (lang) => {
      text.textContent = textOf(lang, key);
    },
  ];
}

/** Writes a value into a control that the person is not writing in. */
function set(control: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (document.activeElement === control && control instanceof HTMLInputElement && control.type === "number") return;
  if (control.value !== value) control.value = value;
}

/** Data, seed, and the coordinates of x. */
export function controlsPart(store: () => Store): Part {
  const data = element("select", { id: "data" }, ...toySetNames.map((name) => element("option", { value: name })));
  const seed = element("input", { id: "seed", type: "number", min: "0", step: "1" });
  const [x, y] = ["x", "y"].map((id) => element("input", { id, type: "number", step: "0.05" })) as [
    HTMLInputElement,
    HTMLInputElement,
  ];
  data.addEventListener("change", () => store().change({ data: data.value }));
  seed.addEventListener("input", () => {
    const value = seed.valueAsNumber;
    if (Number.isSafeInteger(value) && value >= 0) store().change({ seed: value });
  });
  for (const input of [x, y]) {
    input.addEventListener("input", () => {
      const [a, b] = [x.valueAsNumber, y.valueAsNumber];
      if (Number.isFinite(a) && Number.isFinite(b)) store().change({ x: [snapCoordinate(a), snapCoordinate(b)] });
    });
  }
  const parts = [labelled("data", data), labelled("seed", seed), labelled("pointX", x), labelled("pointY", y)];
  const root = element("div", { class: "controls", role: "group" }, ...parts.map(([label]) => label));
  return {
    root,
    show(state) {
      for (const [, say] of parts) say(state.lang);
      root.setAttribute("aria-label", textOf(state.lang, "controls"));
      for (const option of data.options) option.textContent = nameOfData(state.lang, option.value);
      set(data, state.data);
      set(seed, String(state.seed));
      set(x, String(state.x[0]));
      set(y, String(state.x[1]));
    },
  };
}

/** The time, with its slider and a button that lets it run. */
export function timePart(store: () => Store): Part {
  const slider = element("input", { id: "t", type: "range", min: "0", max: String(LAST_TIME), step: "0.01" });
  const output = element("output", { for: "t" });
  const play = element("button", { id: "play", type: "button" });
  const ends = element("span", { class: "hint" });
  const [label, say] = labelled("time", slider, output);
  let began: number | undefined;
  slider.addEventListener("input", () => {
    began = undefined;
    store().change({ t: snapTime(slider.valueAsNumber) });
  });
  const run = (now: number, from: number): void => {
    if (began === undefined) return;
    const t = snapTime(from + (now - began) / 5000); // five seconds from noise to data
    if (t >= LAST_TIME) began = undefined;
    store().change({ t });
    if (began !== undefined) requestAnimationFrame((next) => run(next, from));
  };
  play.addEventListener("click", () => {
    const stopped = began === undefined;
    began = undefined;
    if (stopped) {
      const { t } = store().state();
      requestAnimationFrame((now) => {
        began = now;
        run(now, t >= LAST_TIME ? 0 : t);
      });
    } else store().redraw();
  });
  return {
    root: element("div", { class: "time" }, label, play, ends),
    show({ t, lang }) {
      say(lang);
      slider.value = String(t);
      output.textContent = t.toFixed(2);
      play.textContent = textOf(lang, began === undefined ? "play" : "pause");
      ends.textContent = textOf(lang, "timeEnds");
    },
  };
}

/** The buttons of the views. */
export function viewsPart(store: () => Store): Part {
  const buttons = views.map((view) => {
    const button = element("button", { type: "button", id: `view-${view}` });
    button.addEventListener("click", () => store().change({ view }));
    return button;
  });
  const root = element("nav", {}, ...buttons);
  return {
    root,
    show(state) {
      root.setAttribute("aria-label", textOf(state.lang, "views"));
      buttons.forEach((button, k) => {
        const view = views[k] ?? state.view;
        button.textContent = textOf(state.lang, `view.${view}`);
        button.setAttribute("aria-pressed", String(view === state.view));
      });
    },
  };
}
