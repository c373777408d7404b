import { type AtomTree, endOf, startOf } from "./atom-tree.js";
import type { Interactions } from "./interactions.js";
import { type Expansion, NEGLIGIBLE, type PointQuery } from "./point-sums.js";

/** Σw‖z − μ̂‖² with what expansions may be off, and Σw(z − μ̂)((z − μ̂)·v). */
export interface SecondMoments {
  spread: number;
  spreadError: number;
  /** [D]; zero without a direction. */
  readonly tangent: Float64Array;
}

/** Second moments about the mean that was found: a second pass, so that nothing cancels. */
export function secondMoments(
  tree: AtomTree,
  { list, expansions }: { readonly list: Interactions; readonly expansions: readonly Expansion[] },
  query: PointQuery,
  mean: Float64Array,
): SecondMoments {
  const out = { spread: 0, spreadError: 0, tangent: new Float64Array(tree.dim) };
  let expanded = 0;
  for (let k = 0; k < list.count; k++) {
    const node = list.nodes[k] ?? 0;
    const expansion = (list.orders[k] ?? 0) === 0 ? undefined : expansions[expanded++];
    if (expansion === undefined) addAtoms(tree, node, { ...query, mean }, out);
    else addExpansion(tree, node, { expansion, mean, v: query.v }, out);
  }
  return out;
}

/** With δ = m − μ̂: E[e^u‖d + δ‖²] = E[e^u‖d‖²] + 2δ·E[e^u d] + ‖δ‖²E[e^u], and the same along v. */
function addExpansion(
  { nodes, dim }: AtomTree,
  node: number,
  { expansion, mean, v }: { expansion: Expansion; mean: Float64Array; v: Float64Array | undefined },
  out: SecondMoments,
): void {
  const { base } = expansion;
  let apart = 0;
  let across = 0;
  let deltaV = 0;
  let meanV = 0; // ‖δ‖², δ·E[e^u d], δ·v, E[e^u d]·v
  for (let d = 0; d < dim; d++) {
    const delta = (nodes.mean[node * dim + d] ?? 0) - (mean[d] ?? 0);
    const first = expansion.mean[d] ?? 0;
    apart += delta * delta;
    across += delta * first;
    deltaV += delta * (v?.[d] ?? 0);
    meanV += first * (v?.[d] ?? 0);
  }
  out.spread += base * (expansion.spread + 2 * across + apart * expansion.mass);
  out.spreadError += base * (expansion.spreadTail + 2 * Math.sqrt(apart) * expansion.meanTail + apart * expansion.massTail);
  for (let d = 0; d < dim; d++) {
    const delta = (nodes.mean[node * dim + d] ?? 0) - (mean[d] ?? 0);
    const along = (expansion.tangent[d] ?? 0) + (expansion.mean[d] ?? 0) * deltaV + delta * (meanV + expansion.mass * deltaV);
    out.tangent[d] = (out.tangent[d] ?? 0) + base * along;
  }
}

function addAtoms(tree: AtomTree, node: number, query: PointQuery & { readonly mean: Float64Array }, out: SecondMoments): void {
  const { dim, places, logWeights } = tree;
  const { x, alpha, mean, v, top } = query;
  const scale = -0.5 / query.variance;
  for (let i = startOf(tree, node), to = endOf(tree, node); i < to; i++) {
    let squared = 0;
    let apart = 0;
    let along = 0;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      const z = places[at] ?? 0;
      const r = (x[d] ?? 0) - alpha * z;
      const delta = z - (mean[d] ?? 0);
      squared += r * r;
      apart += delta * delta;
      along += delta * (v?.[d] ?? 0);
    }
    const logit = (logWeights[i] ?? 0) + scale * squared - top;
    if (!(logit > NEGLIGIBLE)) continue;
    const w = Math.exp(logit);
    out.spread += w * apart;
    for (let d = 0, at = i * dim; d < dim; d++, at++) {
      out.tangent[d] = (out.tangent[d] ?? 0) + w * along * ((places[at] ?? 0) - (mean[d] ?? 0));
    }
  }
}
