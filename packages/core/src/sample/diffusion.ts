/**
 * Diffusion schedules g(t). For every g ≥ 0 the equation
 *
 *     dX = (u_t(X) + ½g²·∇ log p_t(X)) dt + g dW
 *
 * has the marginals p_t of the flow dX = u_t(X) dt: the two terms that g adds cancel in the Fokker–Planck equation. Eq. (M4)
 * With the denoiser held fixed the noise in x, ε̂ = (x − αμ)/β, is an Ornstein–Uhlenbeck process with rate g²/(2β²), so that over a
 * step it is mixed with fresh noise to the share e^{−2λ}, λ = ∫ g²/(2β²) dt.
 */
import type { Coefficients, Scheduler } from "../scheduler/index.js";

/** A diffusion schedule. */
export interface Diffusion {
  /** How a spec writes it, for example `noise:0.5`. */
  readonly name: string;
  /** g², which may be infinite at an end. */
  squared(t: number, at: Coefficients): number;
  /** λ = ∫ g²/(2β²) dt from one time to a later one. */
  mixing(scheduler: Scheduler, from: number, to: number): number;
}

/** Nodes and weights of the Gauss–Legendre rule with 8 points on [−1, 1]: exact to degree 15. */
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];

/** Subintervals over which a step's λ is integrated: g²/β² varies smoothly over a step, except near β = 0. */
const PIECES = 4;

/**
 * The schedule of any g² ≥ 0, with λ by quadrature; λ = ∞ for a step that ends at β = 0, where it has no effect.
 * @throws RangeError in use where g² is negative or not a number.
 */
export function customDiffusion(name: string, squared: (t: number, at: Coefficients) => number): Diffusion {
  const checked = (t: number, at: Coefficients): number => {
    const value = squared(t, at);
    if (value >= 0) return value;
    throw new RangeError(`Cannot use the diffusion "${name}": g² is ${value} at t = ${t}; expected a number of at least 0`);
  };
  return {
    name,
    squared: checked,
    mixing(scheduler, from, to) {
      if (scheduler.at(to).beta === 0) return Infinity;
      const half = (to - from) / (2 * PIECES);
      let sum = 0;
      for (let piece = 0; piece < PIECES; piece++) {
        const middle = from + (2 * piece + 1) * half;
        for (const [k, node] of NODES.entries()) {
          for (const t of [middle - half * node, middle + half * node]) {
            const at = scheduler.at(t);
            sum += (WEIGHTS[k] * half * checked(t, at)) / (2 * at.beta * at.beta);
          }
        }
      }
      return sum;
    },
  };
}

/** g = 0: the flow itself. */
export function noDiffusion(): Diffusion {
  return { name: "none", squared: () => 0, mixing: () => 0 };
}

/** g² = c. The drift grows like 1/β² at data points. @throws RangeError unless c is finite and not negative. */
export function constantDiffusion(c = 1): Diffusion {
  return scaled("constant", c, () => 1);
}

/** g² = c·β, which leaves the drift of the score, −½cε̂, finite at the data [Ma2024]. @throws RangeError as `constantDiffusion`. */
export function noiseDiffusion(c = 1): Diffusion {
  return scaled("noise", c, (_, { beta }) => beta);
}

/** g² = c·(1 − t). @throws RangeError as `constantDiffusion`. */
export function linearDiffusion(c = 1): Diffusion {
  return scaled("linear", c, (t) => 1 - t);
}

/** g² = c·sin²(πt): none at either end [Ma2024]. @throws RangeError as `constantDiffusion`. */
export function sineDiffusion(c = 1): Diffusion {
  return scaled("sine", c, (t) => Math.sin(Math.PI * t) ** 2);
}

/**
 * g² = 2η²β² d(log s)/dt = 2η²·β(α̇β − αβ̇)/α, s = α/β. For η = 1 the reverse of the forward diffusion [Song2021], whose end does
 * not remember its start: g is infinite at t = 0, and λ = η² log(s'/s) in closed form. Its exponential steps are those of ancestral
 * sampling [Ho2020], between them and DDIM for 0 < η < 1.
 * @throws RangeError unless η is finite and not negative.
 */
export function memorylessDiffusion(eta = 1): Diffusion {
  requireSize("memoryless", eta);
  const square = eta * eta;
  return {
    name: named("memoryless", eta),
    squared(_, { alpha, beta, dAlpha, betaDBeta }) {
      return square === 0 ? 0 : (2 * square * (dAlpha * beta * beta - alpha * betaDBeta)) / alpha;
    },
    mixing(scheduler, from, to) {
      const [a, b] = [scheduler.at(from), scheduler.at(to)];
      return square === 0 ? 0 : square * Math.log((b.alpha * a.beta) / (b.beta * a.alpha));
    },
  };
}

const makers: Record<string, (c?: number) => Diffusion> = {
  none: noDiffusion,
  constant: constantDiffusion,
  noise: noiseDiffusion,
  linear: linearDiffusion,
  sine: sineDiffusion,
  memoryless: memorylessDiffusion,
};

/** The names that `diffusionNamed` knows. */
export const diffusionNames: readonly string[] = Object.keys(makers);

/**
 * The diffusion schedule of a name with its number, as in `noise`, `constant:0.5`.
 * @throws RangeError when the name is unknown, takes no number or the number is out of its domain; SyntaxError when it is none.
 */
export function diffusionNamed(text: string): Diffusion {
  const [name, ...rest] = text.split(":");
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make === undefined || rest.length > 1 || (name === "none" && rest.length > 0)) {
    const expected = `one of ${diffusionNames.join(", ")}, with a number as in noise:0.5`;
    throw new RangeError(`Cannot make the diffusion "${text}": no such schedule; expected ${expected}`);
  }
  if (rest.length === 0) return make();
  const size = rest[0].trim() === "" ? Number.NaN : Number(rest[0]);
  if (!Number.isNaN(size)) return make(size);
  throw new SyntaxError(`Cannot make the diffusion "${text}": "${rest[0]}" is not a number; expected one as in "noise:0.5"`);
}

function scaled(name: string, c: number, shape: (t: number, at: Coefficients) => number): Diffusion {
  requireSize(name, c);
  return c === 0 ? { ...noDiffusion(), name: `${name}:0` } : customDiffusion(named(name, c), (t, at) => c * shape(t, at));
}

function named(name: string, c: number): string {
  return c === 1 ? name : `${name}:${c}`;
}

function requireSize(name: string, c: number): void {
  if (c >= 0 && c < Infinity) return;
  throw new RangeError(`Cannot make the diffusion "${name}": its size is ${c}; expected a finite number of at least 0`);
}
