import { type Points, type ScanError, type ScanQuery, type ScanState, zeros } from "@fluxion/core";

/** The state of query b alone, as views. */
export function stateOfRow(state: ScanState, b: number): ScanState {
  const D = state.mean.dim;
  const one = (values: Float64Array): Float64Array => values.subarray(b, b + 1);
  const vector = ({ data }: Points): Points => ({ data: data.subarray(b * D, (b + 1) * D), size: 1, dim: D });
  const { count, indices, logits } = state.best;
  return {
    top: one(state.top),
    mass: one(state.mass),
    massSquared: one(state.massSquared),
    logitSum: one(state.logitSum),
    mean: vector(state.mean),
    spread: one(state.spread),
    tangent: state.tangent && vector(state.tangent),
    best: { count, indices: indices.subarray(b * count, (b + 1) * count), logits: logits.subarray(b * count, (b + 1) * count) },
  };
}

/** The error of query b alone, as views. */
export function errorOfRow(error: ScanError, b: number): ScanError {
  const one = (values: Float64Array): Float64Array => values.subarray(b, b + 1);
  return {
    logit: one(error.logit),
    shift: one(error.shift),
    mean: one(error.mean),
    mass: one(error.mass),
    skipped: one(error.skipped),
  };
}

/** The direction of query b alone in a query. */
export function queryOfRow(query: ScanQuery, b: number): ScanQuery {
  return query.tangent === undefined ? query : { ...query, tangent: takeRow(query.tangent, b) };
}

function takeRow({ data, dim }: Points, b: number): Points {
  return { data: data.subarray(b * dim, (b + 1) * dim), size: 1, dim };
}

/** The states of single queries as one. */
export function joinStates(states: readonly ScanState[]): ScanState {
  const numbers = (of: (state: ScanState) => Float64Array): Float64Array => {
    const out = new Float64Array(states.reduce((sum, state) => sum + of(state).length, 0));
    let at = 0;
    for (const state of states) {
      out.set(of(state), at);
      at += of(state).length;
    }
    return out;
  };
  const [first] = states;
  const dim = first?.mean.dim ?? 1;
  const size = states.length;
  const tangent = zeros(first?.tangent === undefined ? 0 : size, dim);
  if (first?.tangent) tangent.data.set(numbers((state) => state.tangent?.data ?? new Float64Array()));
  const count = first?.best.count ?? 0;
  const indices = new Int32Array(size * count);
  for (const [b, { best }] of states.entries()) indices.set(best.indices, b * count);
  return {
    top: numbers((state) => state.top),
    mass: numbers((state) => state.mass),
    massSquared: numbers((state) => state.massSquared),
    logitSum: numbers((state) => state.logitSum),
    mean: { data: numbers((state) => state.mean.data), size, dim },
    spread: numbers((state) => state.spread),
    tangent: first?.tangent && tangent,
    best: { count, indices, logits: numbers((state) => state.best.logits) },
  };
}

/** The errors of single queries as one. */
export function joinErrors(errors: readonly ScanError[]): ScanError {
  const numbers = (of: (error: ScanError) => Float64Array): Float64Array =>
    Float64Array.from(errors, (error) => of(error)[0] ?? Number.NaN);
  return {
    logit: numbers(({ logit }) => logit),
    shift: numbers(({ shift }) => shift),
    mean: numbers(({ mean }) => mean),
    mass: numbers(({ mass }) => mass),
    skipped: numbers(({ skipped }) => skipped),
  };
}
