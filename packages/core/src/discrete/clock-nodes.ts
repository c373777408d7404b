/** One node of the composite rule; `coarse` is its weight in the rule of half the nodes, or 0. */
export interface ClockNode {
  readonly at: number;
  readonly weight: number;
  readonly coarse: number;
}

/** Nodes of a panel but one. */
const FINE = 16;
/** The widest panel. */
const PANEL = 2;

/** Weights of Clenshaw and Curtis at cos(πj/n), j = 0, …, n even, on [−1, 1]. */
function weightsOf(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, j) => {
    let sum = 1;
    for (let k = 1; k <= n / 2; k++) {
      sum -= ((k === n / 2 ? 1 : 2) * Math.cos((2 * Math.PI * k * j) / n)) / (4 * k * k - 1);
    }
    return ((j === 0 || j === n ? 1 : 2) * sum) / n;
  });
}

const fine = weightsOf(FINE);
const coarse = weightsOf(FINE / 2);

/**
 * Where panels end: they double from `finest` to the widest. Integrands in Λ are smooth but for logarithms of
 * κ + (1 − κ) q, which vanish at Λ = log(1 − q), just below 0 for a source with small probabilities q: with panels that begin
 * as fine as the least q, that point is as far from each panel as the panel is wide.
 */
function panelEnds(low: number, high: number, finest: number): readonly number[] {
  const ends = [low];
  for (let width = finest, at = low; at < high; width = Math.min(PANEL, at - low)) {
    at = Math.min(high, at + width);
    ends.push(at);
  }
  return ends;
}

/**
 * Panels of 17 nodes with the 9-node rule embedded [Clenshaw1960], from `low` to `high`, the first of width `finest`; shared
 * ends are one node.
 */
export function clockNodes(low: number, high: number, finest: number = PANEL): readonly ClockNode[] {
  const ends = panelEnds(low, high, Math.min(PANEL, finest));
  const nodes: ClockNode[] = [];
  for (let p = 0; p + 1 < ends.length; p++) {
    const half = (ends[p + 1] - ends[p]) / 2;
    for (let j = FINE; j >= 0; j--) {
      const node = { weight: half * fine[j], coarse: j % 2 === 0 ? half * coarse[j / 2] : 0 };
      const last = nodes.at(-1);
      if (j === FINE && last !== undefined) {
        nodes[nodes.length - 1] = { at: last.at, weight: last.weight + node.weight, coarse: last.coarse + node.coarse };
      } else nodes.push({ at: j === 0 ? ends[p + 1] : ends[p] + half * (1 + Math.cos((Math.PI * j) / FINE)), ...node });
    }
  }
  return nodes;
}
