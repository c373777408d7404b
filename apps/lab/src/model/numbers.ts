import type { LabState, View } from "../state/lab-state.js";
import type { Key } from "../text/english.js";
import { numberText, vectorText } from "../text/number.js";
import type { Lab } from "./lab.js";
import { largest } from "./maps.js";
import { PARTICLES } from "./particles.js";

/** A row of the table beside the pictures. */
export interface NumberRow {
  readonly key: Key;
  readonly text: string;
}

const numbersOf: Readonly<Record<View, (lab: Lab) => readonly NumberRow[]>> = {
  path: ({ figures }) => [
    { key: "number.density", text: numberText(figures.density) },
    { key: "number.marginal", text: vectorText(figures.marginal) },
  ],
  posterior: ({ figures }) => [
    { key: "number.ess", text: numberText(figures.ess) },
    { key: "number.entropy", text: numberText(figures.entropy) },
    { key: "number.mean", text: vectorText(figures.mean) },
  ],
  velocity: ({ figures }) => [
    { key: "number.marginal", text: vectorText(figures.marginal) },
    { key: "number.unweighted", text: vectorText(figures.unweighted) },
    { key: "number.ess", text: numberText(figures.ess) },
  ],
  balance(lab) {
    const { timeDerivative, inflow, residual } = lab.here();
    const map = lab.balance();
    return [
      { key: "number.change", text: numberText(timeDerivative) },
      { key: "number.inflow", text: numberText(inflow) },
      { key: "number.residual", text: numberText(residual) },
      { key: "number.scale", text: numberText(largest(map.timeDerivative)) },
      { key: "number.worst", text: numberText(largest(map.residual)) },
      { key: "number.wrong", text: numberText(largest(map.wrong)) },
    ];
  },
  particles: ({ figures }) => [
    { key: "number.particles", text: String(PARTICLES) },
    { key: "number.marginal", text: vectorText(figures.marginal) },
  ],
};

/** The numbers of a view at (x, t), as text. */
export function numberRows({ view }: Pick<LabState, "view">, lab: Lab): readonly NumberRow[] {
  return numbersOf[view](lab);
}
