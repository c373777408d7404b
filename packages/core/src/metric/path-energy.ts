import type { Points } from "../points/index.js";

/** Mean squared length of the step from x to y, (1/B) Σ ‖y_b − x_b‖². */
function meanSquare(x: Points, y: Points): number {
  let sum = 0;
  for (let at = 0; at < x.data.length; at++) sum += (y.data[at] - x.data[at]) ** 2;
  return sum / x.size;
}

function requireTrajectory(times: ArrayLike<number>, states: readonly Points[]): void {
  if (states.length < 2 || times.length !== states.length) {
    throw new RangeError(
      `Cannot measure a trajectory: there are ${times.length} times and ${states.length} states; expected as many, at least 2`,
    );
  }
  const odd = states.findIndex(({ size, dim }) => size !== states[0].size || dim !== states[0].dim || size === 0);
  if (odd >= 0) {
    const { size, dim } = states[odd];
    throw new RangeError(
      `Cannot measure a trajectory: state ${odd} is [${size}, ${dim}]; expected [${states[0].size}, ${states[0].dim}] with points`,
    );
  }
  for (let k = 1; k < times.length; k++) {
    if (times[k] > times[k - 1]) continue;
    throw new RangeError(`Cannot measure a trajectory: time ${k} is ${times[k]} after ${times[k - 1]}; expected ascending times`);
  }
}

/**
 * ∫ E‖ẋ‖² dt of stored states x_{t_k} [B, D], joined by straight lines: Σ_k E‖x_{k+1} − x_k‖²/(t_{k+1} − t_k). Never above
 * the energy of the curves through these states, and from below as the grid is refined.
 * @throws RangeError when times do not ascend, or shapes differ.
 */
export function pathEnergy(times: ArrayLike<number>, states: readonly Points[]): number {
  requireTrajectory(times, states);
  let sum = 0;
  for (let k = 1; k < states.length; k++) sum += meanSquare(states[k - 1], states[k]) / (times[k] - times[k - 1]);
  return sum;
}

/**
 * The straightness ∫ E‖ẋ − (x₁ − x₀)/T‖² dt over the time T of stored states [Liu2023]: zero for straight lines at constant
 * speed, and the excess of `pathEnergy` over that of the straight lines between the ends. A flow of straightness zero is
 * integrated exactly by one Euler step.
 * @throws RangeError when times do not ascend, or shapes differ.
 */
export function straightness(times: ArrayLike<number>, states: readonly Points[]): number {
  requireTrajectory(times, states);
  const last = states.length - 1;
  const [first, end] = [states[0].data, states[last].data];
  const span = times[last] - times[0];
  let sum = 0;
  for (let k = 1; k <= last; k++) {
    const [x, y] = [states[k - 1].data, states[k].data];
    const step = times[k] - times[k - 1];
    let square = 0;
    for (let at = 0; at < x.length; at++) square += ((y[at] - x[at]) / step - (end[at] - first[at]) / span) ** 2;
    sum += (step * square) / states[0].size;
  }
  return sum;
}

/**
 * |E − W₂²|/W₂²: how much more a flow moves than the least that transports its source to its target, E being the
 * `pathEnergy` over [0, 1] [Tong2024].
 * @throws RangeError unless W₂² is positive and E is not negative, both finite.
 */
export function normalisedPathEnergy(energy: number, w2Squared: number): number {
  if (!(energy >= 0 && energy < Infinity && w2Squared > 0 && w2Squared < Infinity)) {
    throw new RangeError(
      `Cannot normalise the path energy: it is ${energy} and W2² is ${w2Squared}; expected finite numbers ≥ 0 and > 0`,
    );
  }
  return Math.abs(energy - w2Squared) / w2Squared;
}
