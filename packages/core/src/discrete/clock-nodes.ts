/** One node of the composite rule; `coarse` is its weight in the rule of half the nodes, or 0. */
export interface ClockNode {
  readonly at: number;
  readonly weight: number;
  readonly coarse: number;
}

/** Nodes of a panel but one. */
const FINE = 16;
/**
 * Width of a panel. Integrands in Λ have their singularities at Im Λ = ±π or farther, where 1 − κ + κ/q vanishes, so that the rule
 * converges like ρ^{−16}, ρ = π + √(π² + 1).
 */
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

/** Panels of 17 nodes with the 9-node rule embedded [Clenshaw1960], from `low` to `high`; shared ends are one node. */
export function clockNodes(low: number, high: number): readonly ClockNode[] {
  const panels = Math.max(1, Math.ceil((high - low) / PANEL));
  const half = (high - low) / panels / 2;
  const nodes: ClockNode[] = [];
  for (let p = 0; p < panels; p++) {
    for (let j = FINE; j >= 0; j--) {
      const node = { weight: half * fine[j], coarse: j % 2 === 0 ? half * coarse[j / 2] : 0 };
      const last = nodes.at(-1);
      if (j === FINE && last !== undefined) {
        nodes[nodes.length - 1] = { at: last.at, weight: last.weight + node.weight, coarse: last.coarse + node.coarse };
      } else nodes.push({ at: low + half * (2 * p + 1 + Math.cos((Math.PI * j) / FINE)), ...node });
    }
  }
  return nodes;
}
