import { type Points, rows } from "../points/index.js";
import type { VectorField } from "./vector-field.js";

/** u_t(x) with a time for each point, t [B], into `out` [B, D]: one evaluation a point. */
export function evaluateEach(field: VectorField, t: Float64Array, x: Points, out: Points): Points {
  for (let b = 0; b < x.size; b++) {
    const here = rows(out, b, b + 1);
    const answer = field.evaluate(t[b], rows(x, b, b + 1), here);
    if (answer !== here) here.data.set(answer.data);
  }
  return out;
}
