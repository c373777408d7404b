import type { SolveOptions } from "../ode/index.js";
import type { RateField, TokenDenoiser } from "./rate-field.js";
import { requireShape, type TokenShape, type Tokens } from "./tokens.js";

/** What a sampler asks of the world: rates or posterior of x at t, preferably written into `out` [B, L, K]. */
export interface TokenEvaluation {
  readonly t: number;
  readonly x: Tokens;
  readonly out: Float64Array;
}

/** What a sampler asks of: rates, or a denoiser. Its type says which, so that one is never taken for the other. */
export type TokenAsks = "rates" | "denoiser";

/** A simulation under way: it owns the arithmetic and the draws, and asks for every evaluation. */
export interface TokenSolve<Kind extends TokenAsks> {
  readonly asks: Kind;
  readonly shape: TokenShape;
  readonly steps: Generator<TokenEvaluation, Tokens, Float64Array>;
}

/** Sequences and what they cost. */
export interface TokenSolution {
  readonly x: Tokens;
  /** The number of function evaluations. A batch is evaluated at once and counts as one. */
  readonly nfe: number;
}

type FieldOf<Kind, R extends Float64Array | Promise<Float64Array>> = Kind extends "rates" ? RateField<R> : TokenDenoiser<R>;

/**
 * Runs a sampler with a field that answers at once.
 * @throws the signal's `reason` once the signal is aborted, and whatever the field throws.
 */
export function solveTokens<Kind extends TokenAsks>(
  solve: TokenSolve<Kind>,
  field: FieldOf<Kind, Float64Array>,
  options: SolveOptions = {},
): TokenSolution {
  requireShape({ ...solve.shape, data: new Uint32Array(0), size: 0 }, field, "the tokens");
  let next = solve.steps.next();
  for (let nfe = 0; ; ) {
    if (next.done) return { x: next.value, nfe };
    const { t, x, out } = next.value;
    requireUnaborted(options, t);
    const answer = field.evaluate(t, x, out);
    nfe++;
    options.onProgress?.(nfe, t);
    next = solve.steps.next(answer);
  }
}

/** The same with a field that answers later, as a network does; the same answers give the same tokens. */
export async function solveTokensAsync<Kind extends TokenAsks>(
  solve: TokenSolve<Kind>,
  field: FieldOf<Kind, Float64Array | Promise<Float64Array>>,
  options: SolveOptions = {},
): Promise<TokenSolution> {
  requireShape({ ...solve.shape, data: new Uint32Array(0), size: 0 }, field, "the tokens");
  let next = solve.steps.next();
  for (let nfe = 0; ; ) {
    if (next.done) return { x: next.value, nfe };
    const { t, x, out } = next.value;
    requireUnaborted(options, t);
    const answer = await field.evaluate(t, x, out);
    nfe++;
    options.onProgress?.(nfe, t);
    next = solve.steps.next(answer);
  }
}

function requireUnaborted({ signal }: SolveOptions, t: number): void {
  if (!signal?.aborted) return;
  if (signal.reason !== undefined) throw signal.reason;
  const error = new Error(`Cannot finish the tokens: the simulation was aborted at t = ${t}; expected no abort`);
  error.name = "AbortError";
  throw error;
}
