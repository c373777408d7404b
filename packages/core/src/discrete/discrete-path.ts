import { type Rng, uniform } from "../random/index.js";
import type { KappaSchedule } from "./kappa-schedule.js";
import type { TokenSource } from "./token-source.js";
import { requireShape, type Tokens } from "./tokens.js";

/**
 * The mixture path: every position is z^l with probability κ_t and else of the source,
 *
 *     p_t(x|x₀, z) = Π_l [(1 − κ_t) δ_{x₀^l}(x^l) + κ_t δ_{z^l}(x^l)],   p_t(x|z) = Π_l [(1 − κ_t) q(x^l) + κ_t δ_{z^l}(x^l)].
 *
 * Its conditional rates κ̇/(1 − κ)·(δ_{z^l} − δ_{x^l}) do not depend on x₀. [Gat2024; Campbell2024]
 */
export interface DiscretePath {
  readonly schedule: KappaSchedule;
  readonly source: TokenSource;
}

/** The mixture path of a schedule and a source. */
export function discretePath(schedule: KappaSchedule, source: TokenSource): DiscretePath {
  return { schedule, source };
}

/** The two ends of paths, and where to draw from. */
export interface TokenEnds {
  readonly x0: Tokens;
  readonly z: Tokens;
  readonly rng: Rng;
}

/**
 * A point x_t ∼ p_t(·|x₀, z) of the path of every pair: token l of row b is z's where its uniform number is below κ of
 * `t[b]`. So x_t is x₀ at t = 0 and z at t = 1, and as t grows tokens only ever turn from x₀ to z.
 * @throws RangeError unless there is a time for every pair, and x₀ and z have one shape.
 */
export function drawTokenPath(schedule: KappaSchedule, t: ArrayLike<number>, { x0, z, rng }: TokenEnds): Tokens {
  if (t.length !== z.size || x0.size !== z.size) {
    throw new RangeError(`Cannot draw x_t: there are ${t.length} times, ${x0.size} x₀ and ${z.size} z; expected one of each`);
  }
  requireShape(x0, z, "x₀");
  const uniforms = uniform(rng, new Float64Array(z.data.length));
  const xt = { ...z, data: new Uint32Array(z.data.length) };
  for (let b = 0; b < z.size; b++) mixRow(schedule.at(t[b]).kappa, b, { x0, z, uniforms }, xt);
  return xt;
}

/** x₀ and z of a batch with the uniform numbers, [B, L], that say when each token turns. */
export interface Turning {
  readonly x0: Tokens;
  readonly z: Tokens;
  readonly uniforms: Float64Array;
}

/** Row b at κ: z's token where the uniform number is below κ. */
export function mixRow(kappa: number, b: number, { x0, z, uniforms }: Turning, out: Tokens): void {
  for (let at = b * z.length; at < (b + 1) * z.length; at++) out.data[at] = (uniforms[at] < kappa ? z : x0).data[at];
}
