import { diverging, sequential } from "../geometry/colour.js";
import type { Lab } from "../model/lab.js";
import { type Balance, largest } from "../model/maps.js";
import { frameAt } from "../model/particles.js";
import type { LabState, View } from "../state/lab-state.js";
import type { Key } from "../text/english.js";
import { drawArrow, drawCross, drawDots, drawHere, drawMap, drawTrails, inks, type Scene } from "./scene.js";

/** One picture of a view. */
export interface Panel {
  readonly title: Key;
  readonly draw: (scene: Scene, lab: Lab, state: LabState) => void;
}

/** Row i of [B, 2] values, times a factor. */
function pair(values: ArrayLike<number>, i = 0, factor = 1): [number, number] {
  return [factor * (values[2 * i] ?? 0), factor * (values[2 * i + 1] ?? 0)];
}

function drawDensity(scene: Scene, values: Float64Array): void {
  const top = largest(values);
  drawMap(scene, values, (value) => sequential(scene.theme, value, top));
}

function drawSigned(scene: Scene, values: Float64Array, top: number): void {
  drawMap(scene, values, (value) => diverging(scene.theme, value, top));
}

function drawData(scene: Scene, { model }: Lab): void {
  drawDots(scene, model.path.atoms.points, { style: inks[scene.theme].data, radius: 1.6 });
}

/** Arrows of the field, the longest as long as the distance between them. */
function drawField(scene: Scene, lab: Lab): void {
  const { at, velocity } = lab.arrows();
  const spacing = (2 * lab.model.reach) / Math.sqrt(at.size);
  let longest = 0;
  for (let i = 0; i < at.size; i++) longest = Math.max(longest, Math.hypot(...pair(velocity.data, i)));
  const scale = (0.9 * spacing) / longest;
  const { arrow } = inks[scene.theme];
  for (let i = 0; i < at.size; i++) {
    const [u, v] = pair(velocity.data, i);
    drawArrow(scene, pair(at.data, i), [scale * u, scale * v], { style: arrow, width: 1.1, opacity: 0.75 });
  }
}

const conditional: Panel = {
  title: "panel.conditional",
  draw(scene, lab, { x, t }) {
    drawDensity(scene, lab.conditional());
    drawData(scene, lab);
    const { top, conditional: velocities } = lab.figures;
    const index = top[0]?.index ?? 0;
    const only = { data: Float64Array.from(top[0]?.z ?? []), size: 1, dim: 2 };
    drawDots(scene, only, { style: inks[scene.theme].mean, radius: 5 });
    drawArrow(scene, x, pair(velocities.data, index, 1 - t), { style: inks[scene.theme].arrow, width: 2 });
    drawHere(scene, x);
  },
};

const marginal: Panel = {
  title: "panel.marginal",
  draw(scene, lab, { x }) {
    drawDensity(scene, lab.marginal());
    drawData(scene, lab);
    drawField(scene, lab);
    drawHere(scene, x);
  },
};

const posterior: Panel = {
  title: "panel.posterior",
  draw(scene, lab, { x }) {
    const { weights, mean, top } = lab.figures;
    const heaviest = top[0]?.weight ?? 1;
    drawData(scene, lab);
    // The area of a disc is its weight, so that discs compare as weights do.
    drawDots(scene, lab.model.path.atoms.points, {
      style: inks[scene.theme].mean,
      radius: (i) => 9 * Math.sqrt((weights[i] ?? 0) / heaviest),
      opacity: 0.6,
    });
    drawCross(scene, pair(mean));
    drawHere(scene, x);
  },
};

const velocity: Panel = {
  title: "panel.velocity",
  draw(scene, lab, { x, t }) {
    const { weights, conditional: fan, marginal: mean, unweighted, top } = lab.figures;
    const heaviest = top[0]?.weight ?? 1;
    const ink = inks[scene.theme];
    drawData(scene, lab);
    const left = 1 - t; // drawn for the time that is left, an arrow of the fan ends at its data point
    for (let i = 0; i < fan.size; i++) {
      const opacity = 0.8 * ((weights[i] ?? 0) / heaviest);
      if (opacity > 0.01) drawArrow(scene, x, pair(fan.data, i, left), { style: ink.arrow, width: 1, opacity });
    }
    drawHere(scene, x);
    drawArrow(scene, x, pair(unweighted, 0, left), { style: ink.wrong, width: 3, dashed: true });
    drawArrow(scene, x, pair(mean, 0, left), { style: ink.mean, width: 4 });
  },
};

/** One map of the balance on the scale of ∂_t p_t, or on its own. */
function balancePanel(title: Key, what: keyof Balance): Panel {
  return {
    title,
    draw(scene, lab, { x }) {
      const balance = lab.balance();
      drawSigned(scene, balance[what], largest(balance[what === "residual" ? "residual" : "timeDerivative"]));
      drawHere(scene, x);
    },
  };
}

const particles: Panel = {
  title: "panel.particles",
  draw(scene, lab, { x, t }) {
    const states = lab.flights();
    const now = frameAt(states, t);
    drawDensity(scene, lab.marginal());
    drawData(scene, lab);
    drawTrails(scene, states.slice(0, states.indexOf(now) + 1));
    drawDots(scene, now, { style: inks[scene.theme].here, radius: 3 });
    drawHere(scene, x);
  },
};

/** The pictures of every view. */
export const panelsOf: Readonly<Record<View, readonly Panel[]>> = {
  path: [conditional, marginal],
  posterior: [posterior],
  velocity: [velocity],
  balance: [
    balancePanel("panel.change", "timeDerivative"),
    balancePanel("panel.inflow", "inflow"),
    balancePanel("panel.residual", "residual"),
    balancePanel("panel.wrong", "wrong"),
  ],
  particles: [particles],
};
