import { fork, type Rng } from "../random/index.js";
import type { Manifold } from "./manifold.js";

/** A factor and where its numbers lie in those of a product. */
interface Part {
  readonly factor: Manifold;
  readonly from: number;
  readonly to: number;
}

type Take = (v: Float64Array) => Float64Array;

/**
 * M₁ × M₂ × …: a point is its components one after the other, geodesics run in every factor by themselves, squared lengths
 * add up, and a vector lies inside the cut locus when each component does. The uniform law exists where every factor has one.
 * @throws RangeError when there is no factor.
 */
export function productManifold(...factors: readonly Manifold[]): Manifold {
  if (factors.length === 0) throw new RangeError("Cannot make a product: there are no factors; expected at least 1");
  const ends = endsOf(factors);
  const ambient = ends[ends.length - 1];
  const parts: Part[] = factors.map((factor, k) => ({ factor, from: ends[k] - factor.ambient, to: ends[k] }));
  const each = (out: Float64Array, f: (m: Manifold, take: Take) => void): Float64Array => {
    for (const { factor, from, to } of parts) f(factor, (v) => v.subarray(from, to));
    return out;
  };
  const sum = (f: (m: Manifold, take: Take) => number): number =>
    parts.reduce((total, { factor, from, to }) => total + f(factor, (v) => v.subarray(from, to)), 0);
  return {
    name: factors.map(({ name }) => name).join(" × "),
    ambient,
    dim: factors.reduce((total, { dim }) => total + dim, 0),
    exp: (x, v, out) => each(out, (m, take) => m.exp(take(x), take(v), take(out))),
    log: (x, y, out) => each(out, (m, take) => m.log(take(x), take(y), take(out))),
    transport: (x, y, v, out) => each(out, (m, take) => m.transport(take(x), take(y), take(v), take(out))),
    pull: (x, v, u, out) => each(out, (m, take) => m.pull(take(x), take(v), take(u), take(out))),
    isRegular: (v) => parts.every(({ factor, from, to }) => factor.isRegular(v.subarray(from, to))),
    projectPoint: (x, out) => each(out, (m, take) => m.projectPoint(take(x), take(out))),
    projectTangent: (x, v, out) => each(out, (m, take) => m.projectTangent(take(x), take(v), take(out))),
    inner: (x, u, v) => sum((m, take) => m.inner(take(x), take(u), take(v))),
    distance: (x, y) => Math.sqrt(sum((m, take) => m.distance(take(x), take(y)) ** 2)),
    frame: (x, out) => productFrame(parts, x, out),
    logVolume: (x, v) => sum((m, take) => m.logVolume(take(x), take(v))),
    misfit: (x) => Math.max(...parts.map(({ factor, from, to }) => factor.misfit(x.subarray(from, to)))),
    ...productUniform(parts, ambient),
    logWrappedNormal: (v, s) => sum((m, take) => m.logWrappedNormal(take(v), s)),
  };
}

/** Where the numbers of each factor end in those of the product. */
export function endsOf(factors: readonly Manifold[]): readonly number[] {
  let end = 0;
  return factors.map(({ ambient }) => {
    end += ambient;
    return end;
  });
}

/** Each factor's basis in its own rows and columns. */
function productFrame(parts: readonly Part[], x: Float64Array, out: Float64Array): Float64Array {
  const D = x.length;
  out.fill(0);
  let row = 0;
  for (const { factor, from, to } of parts) {
    const basis = factor.frame(x.subarray(from, to), new Float64Array(factor.dim * factor.ambient));
    for (let k = 0; k < factor.dim; k++, row++) {
      out.set(basis.subarray(k * factor.ambient, (k + 1) * factor.ambient), row * D + from);
    }
  }
  return out;
}

function productUniform(parts: readonly Part[], D: number): Pick<Manifold, "uniform"> {
  const laws = parts.flatMap(({ factor: { uniform, ambient }, from }) => (uniform ? [{ uniform, ambient, from }] : []));
  if (laws.length < parts.length) return {};
  const sample = (rng: Rng, size: number): Float64Array => {
    const out = new Float64Array(size * D);
    laws.forEach(({ uniform, ambient, from }, k) => {
      interleave(uniform.sample(fork(rng, "factor", k), size), out, { ambient, from, D });
    });
    return out;
  };
  return { uniform: { logVolume: laws.reduce((total, { uniform }) => total + uniform.logVolume, 0), sample } };
}

/** Puts [B, d] numbers into columns `from` … of [B, D]. */
export function interleave(
  draws: Float64Array,
  out: Float64Array,
  { ambient, from, D }: { readonly ambient: number; readonly from: number; readonly D: number },
): void {
  for (let b = 0; b * ambient < draws.length; b++) out.set(draws.subarray(b * ambient, (b + 1) * ambient), b * D + from);
}
