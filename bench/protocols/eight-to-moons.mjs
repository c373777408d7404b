/**
 * The marginal velocity of the planar protocols in closed form. x = t·z + (1−t)·x₀ + σε with x₀ one of eight Gaussians around
 * μ_k of deviation s, and z = a + r·e: a one of the protocol's angles on one of two arcs, e = (1, 1)/√2, r uniform on [0, L].
 * Given (k, a), with v = (1−t)²s² + σ² and p = e·(x − t·a − (1−t)μ_k), r is N(p/t, v/t²) truncated to [0, L]; the posterior is
 * a finite sum over (k, a), and u = E[z − x₀|x]. Nothing is sampled and nothing is discretised that the protocol does not
 * discretise itself. Eq. (M6)
 */
import { diagonalMoons, eightGaussians, eightGaussiansMixture, normalCdf, points } from "@fluxion/core";

const { noise, scale, shift } = diagonalMoons.defaults;
const s2 = eightGaussians.defaults.std ** 2;
const means = eightGaussiansMixture().means.data;
const L = noise * scale * Math.SQRT2;
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/** The points of both arcs, `angles` on each, ends included, [2·angles, 2]. @param {number} angles */
function arcs(angles) {
  const out = new Float64Array(4 * angles);
  for (let i = 0; i < angles; i++) {
    const theta = (Math.PI * i) / (angles - 1);
    out.set([Math.cos(theta), Math.sin(theta)], 2 * i);
    out.set([1 - Math.cos(theta), 0.5 - Math.sin(theta)], 2 * (angles + i));
  }
  return out.map((v) => v * scale + shift);
}

/**
 * u_t(x) at every point, [B, 2].
 * @param {Float64Array} t @param {import("@fluxion/core").Points} x @param {{ angles: number, sigma: number }} law
 */
export function eightToMoonsVelocity(t, x, { angles, sigma }) {
  const a = arcs(angles);
  const out = new Float64Array(x.data.length);
  for (let b = 0; b < x.size; b++) {
    const [u, v] = velocityAt(t[b], x.data[2 * b], x.data[2 * b + 1], a, sigma);
    out[2 * b] = u;
    out[2 * b + 1] = v;
  }
  return points(out, 2);
}

/** @param {number} t @param {number} x @param {number} y @param {Float64Array} a @param {number} sigma */
function velocityAt(t, x, y, a, sigma) {
  const v = (1 - t) ** 2 * s2 + sigma ** 2;
  const root = Math.sqrt(v);
  const gain = ((1 - t) * s2) / v; // E[x₀ − μ_k] = gain·(x − t·z − (1−t)μ_k)
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let k = 0; k < means.length; k += 2) {
    for (let i = 0; i < a.length; i += 2) {
      const dx = x - t * a[i] - (1 - t) * means[k];
      const dy = y - t * a[i + 1] - (1 - t) * means[k + 1];
      const across = (dx - dy) ** 2 / 2; // squared distance from the line along e
      if (across > 100 * v) continue; // a weight below e⁻⁵⁰ beside those near the point
      const along = truncated((dx + dy) * Math.SQRT1_2, root, t * L);
      const w = Math.exp(-across / (2 * v)) * along.mass;
      if (w === 0) continue;
      const step = along.mean * Math.SQRT1_2; // t·E[r]·e, each coordinate
      mass += w;
      sumX += w * (a[i] + step / t - means[k] - gain * (dx - step));
      sumY += w * (a[i + 1] + step / t - means[k + 1] - gain * (dy - step));
    }
  }
  if (!(mass > 0)) throw new Error(`no component has weight at t = ${t}, x = (${x}, ${y})`);
  return [sumX / mass, sumY / mass];
}

/** Mass and mean of N(p, root²) between 0 and `length`; mass relative to `length`, so that it is smooth at length = 0. @param {number} p @param {number} root @param {number} length */
function truncated(p, root, length) {
  const [from, to] = [-p / root, (length - p) / root];
  if (to - from < 1e-3) {
    const middle = (from + to) / 2; // the density is linear across the interval to (to − from)²
    const mass = (DENSITY * Math.exp((-middle * middle) / 2)) / root;
    return { mass, mean: length / 2 - (middle * (to - from) ** 2 * root) / 12 };
  }
  const between = from > 0 ? normalCdf(-from) - normalCdf(-to) : normalCdf(to) - normalCdf(from);
  const slope = DENSITY * (Math.exp((-from * from) / 2) - Math.exp((-to * to) / 2));
  return between > 0 ? { mass: between / length, mean: p + (root * slope) / between } : { mass: 0, mean: 0 };
}
