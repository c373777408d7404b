import { type Panel, panelsOf } from "../draw/panels.js";
import { toPlane } from "../geometry/frame.js";
import type { Lab } from "../model/lab.js";
import { type LabState, snapCoordinate, type View } from "../state/lab-state.js";
import { textOf } from "../text/dictionary.js";
import { vectorText } from "../text/number.js";
import { element } from "./element.js";
import type { Store } from "./store.js";

/** The pictures of the view that is shown. */
export interface Stage {
  readonly root: HTMLElement;
  readonly show: (state: LabState, lab: Lab) => void;
}

interface Picture {
  readonly panel: Panel;
  readonly canvas: HTMLCanvasElement;
  readonly title: HTMLElement;
}

/** Steps of the arrow keys, in shares of the frame's half side. */
const STEP = 1 / 50;
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Pictures in which a click, a drag or an arrow key moves x. */
export function openStage(store: () => Store): Stage {
  const root = element("div", { class: "stage" });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let shown: View | undefined;
  let pictures: readonly Picture[] = [];
  let reach = 1;
  const moveTo = (x: number, y: number): void => {
    const inside = (v: number): number => snapCoordinate(Math.min(reach, Math.max(-reach, v)));
    store().change({ x: [inside(x), inside(y)] });
  };
  const open = (panel: Panel): Picture => {
    const canvas = element("canvas", { tabindex: "0", role: "img" });
    const title = element("figcaption");
    const point = (event: PointerEvent): void => {
      moveTo(...toPlane({ reach, size: canvas.clientWidth }, [event.offsetX, event.offsetY]));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) point(event);
    });
    canvas.addEventListener("keydown", (event) => {
      const direction = DIRECTIONS[event.key];
      if (direction === undefined) return;
      event.preventDefault();
      const step = reach * STEP * (event.shiftKey ? 0.1 : 1);
      const [x, y] = store().state().x;
      moveTo(x + direction[0] * step, y + direction[1] * step);
    });
    return { panel, canvas, title };
  };
  new ResizeObserver(() => store().redraw()).observe(root);
  dark.addEventListener("change", () => store().redraw());
  return {
    root,
    show(state, lab) {
      if (shown !== state.view) {
        shown = state.view;
        pictures = panelsOf[state.view].map(open);
        root.replaceChildren(...pictures.map(({ canvas, title }) => element("figure", {}, title, canvas)));
      }
      ({ reach } = lab.model);
      for (const picture of pictures) drawPicture(picture, state, lab, dark.matches);
    },
  };
}

function drawPicture({ panel, canvas, title }: Picture, state: LabState, lab: Lab, dark: boolean): void {
  const text = textOf(state.lang, panel.title);
  title.textContent = text;
  const values = { title: text, x: vectorText(state.x), t: state.t.toFixed(2) };
  canvas.setAttribute("aria-label", textOf(state.lang, "pictureLabel", values));
  const size = canvas.clientWidth;
  const context = canvas.getContext("2d");
  if (context === null || size === 0) return;
  const density = window.devicePixelRatio;
  canvas.width = canvas.height = Math.round(size * density);
  context.scale(density, density);
  panel.draw({ context, frame: { reach: lab.model.reach, size }, theme: dark ? "dark" : "light" }, lab, state);
}
