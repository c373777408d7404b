import { normalCdf, normalQuantile } from "@fluxion/core";
import { betaDensity, betaDistribution, betaQuantile } from "./beta-law.js";

/** A law ρ of training times on (0, 1), as plain data. */
export type TimeLawSpec =
  | { readonly law: "uniform" }
  | {
      /** t = 1/(1 + e^−g), g ∼ N(mean, scale²) [Esser2024]. */
      readonly law: "logit-normal";
      /** @defaultValue 0 */
      readonly mean?: number | undefined;
      /** @defaultValue 1 */
      readonly scale?: number | undefined;
      readonly uniformShare?: number | undefined;
    }
  | {
      /** ρ(t) ∝ t^(a−1)·(1 − t)^(b−1). */
      readonly law: "beta";
      /** At least 1, so that the density is finite. @defaultValue 1 */
      readonly a?: number | undefined;
      /** At least 1. @defaultValue 1 */
      readonly b?: number | undefined;
      /** Share of the times that are uniform all the same, of [0, 1]. @defaultValue 0 */
      readonly uniformShare?: number | undefined;
    };

/** A law of times with what is needed to draw from it and to correct for it. */
export interface TimeLaw {
  /** How a text writes it, as `logit-normal(0, 1)`. */
  readonly name: string;
  /** ρ(t). */
  density(t: number): number;
  /** ∫₀ᵗ ρ. */
  distribution(t: number): number;
  /** A time of this law from a uniform number of (0, 1); it increases with u but for the uniform share. */
  transform(u: number): number;
  /** Whether ∫ 1/ρ dt is finite: else weights 1/ρ(t) have no variance, and no average of them converges as 1/√n. */
  readonly correctable: boolean;
}

/** log t/(1−t) of the largest t below 1 that is told apart from it: beyond, times would round to 1. */
const WIDEST = 36;
/** |Φ⁻¹| of the smallest uniform number that the generator gives, 2^-53. */
const FARTHEST = 8.3;

/** The law of a spec. @throws RangeError for a law that is unknown, parameters outside their domain, or times that round to 1. */
export function timeLaw(spec: TimeLawSpec): TimeLaw {
  switch (spec.law) {
    case "uniform":
      return { name: "uniform", density: () => 1, distribution: (t) => t, transform: (u) => u, correctable: true };
    case "logit-normal":
      return withUniform(logitNormal(spec.mean ?? 0, spec.scale ?? 1), spec.uniformShare ?? 0);
    case "beta":
      return withUniform(beta(spec.a ?? 1, spec.b ?? 1), spec.uniformShare ?? 0);
    default: {
      const { law } = spec satisfies never as { law: unknown };
      return refuse(`the law is "${String(law)}"`, "one of uniform, logit-normal, beta");
    }
  }
}

function logitNormal(mean: number, scale: number): TimeLaw {
  if (!(scale > 0 && Math.abs(mean) + FARTHEST * scale <= WIDEST)) {
    refuse(`logit-normal has mean ${mean} and scale ${scale}`, "scale > 0 and |mean| + 8.3·scale ≤ 36, so that no t rounds to 1");
  }
  const standard = (t: number): number => (Math.log(t) - Math.log1p(-t) - mean) / scale;
  return {
    name: `logit-normal(${mean}, ${scale})`,
    density: (t) => (t <= 0 || t >= 1 ? 0 : Math.exp(-0.5 * standard(t) ** 2) / (scale * Math.sqrt(2 * Math.PI) * t * (1 - t))),
    distribution: (t) => (t <= 0 ? 0 : t >= 1 ? 1 : normalCdf(standard(t))),
    transform: (u) => 1 / (1 + Math.exp(-(mean + scale * normalQuantile(u)))),
    correctable: false, // 1/ρ grows faster than any power of 1/t at both ends
  };
}

function beta(a: number, b: number): TimeLaw {
  for (const [name, v] of Object.entries({ a, b })) {
    if (!(v >= 1 && v <= 1000)) refuse(`beta has ${name} = ${v}`, "1 ≤ a, b ≤ 1000, where its density is finite");
  }
  return {
    name: `beta(${a}, ${b})`,
    density: (t) => betaDensity(a, b, t),
    distribution: (t) => betaDistribution(a, b, t),
    transform: (u) => betaQuantile(a, b, u),
    correctable: a < 2 && b < 2, // ∫ t^(1−a)(1−t)^(1−b) dt
  };
}

/** The mixture with the uniform law: u below the share is uniform after stretching, u above it is of the other law. */
function withUniform(law: TimeLaw, share: number): TimeLaw {
  if (!(share >= 0 && share <= 1)) refuse(`uniformShare is ${share}`, "0 ≤ uniformShare ≤ 1");
  if (share === 0) return law;
  return {
    name: `${share}·uniform + ${Number((1 - share).toPrecision(12))}·${law.name}`,
    density: (t) => share + (share === 1 ? 0 : (1 - share) * law.density(t)),
    distribution: (t) => share * t + (share === 1 ? 0 : (1 - share) * law.distribution(t)),
    transform: (u) => (u < share ? u / share : law.transform((u - share) / (1 - share))),
    correctable: true, // 1/ρ ≤ 1/share
  };
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot draw times: ${found}; expected ${expected}`);
}
