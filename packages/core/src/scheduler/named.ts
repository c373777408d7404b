import { condOt } from "./cond-ot.js";
import { cosine } from "./cosine.js";
import { linearVp } from "./linear-vp.js";
import { polynomial } from "./polynomial.js";
import type { Scheduler } from "./scheduler.js";
import { squareRoot } from "./square-root.js";
import { vp } from "./vp.js";

const makers: Record<string, { arity: readonly number[]; make: (...numbers: number[]) => Scheduler }> = {
  condOt: { arity: [0, 1], make: (sigmaMin = 0) => condOt({ sigmaMin }) },
  polynomial: { arity: [1], make: (power) => polynomial(power) },
  cosine: { arity: [0], make: () => cosine() },
  linearVp: { arity: [0], make: () => linearVp() },
  vp: { arity: [0, 2], make: (betaMin, betaMax) => vp(betaMin, betaMax) },
  squareRoot: { arity: [0], make: () => squareRoot() },
};

/** The names that `schedulerNamed` knows. */
export const schedulerNames: readonly string[] = Object.keys(makers);

/**
 * The scheduler of a name with its numbers, as in `condOt`, `polynomial:3`, `vp:0.1,20`, `condOt:0.1` (σ_min).
 * The inverse of `Scheduler.name` for every scheduler but `custom`.
 * @throws RangeError when the name is unknown or takes another number of parameters.
 */
export function schedulerNamed(text: string): Scheduler {
  const [name, parameters] = text.split(":", 2);
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (maker === undefined) {
    throw new RangeError(`Cannot make the path "${text}": no such scheduler; expected one of ${schedulerNames.join(", ")}`);
  }
  const numbers = parameters === undefined ? [] : parameters.split(",").map((v) => (v.trim() === "" ? Number.NaN : Number(v)));
  if (!maker.arity.includes(numbers.length) || numbers.some((v) => Number.isNaN(v))) {
    throw new RangeError(
      `Cannot make the path "${text}": it has ${numbers.length} parameters; expected ${maker.arity.join(" or ")} numbers after "${name}:"`,
    );
  }
  return maker.make(...numbers);
}
