import { outward, unitRoundoff } from "../bound/index.js";

/** ‖v‖, no less, without over- or underflow. */
export function lengthOf(v: Float64Array): number {
  let most = 0;
  for (const c of v) most = Math.max(most, Math.abs(c));
  if (most === 0 || most === Infinity) return most;
  let squared = 0;
  for (const c of v) squared += (c / most) * (c / most);
  return outward(most * Math.sqrt(squared) * (1 + (v.length + 4) * unitRoundoff.float64));
}
