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
 * @throws RangeError when the name is unknown or takes another number of parameters, or a number is out of its domain.
 * @throws SyntaxError when a parameter is not a number.
 */
export function schedulerNamed(text: string): Scheduler {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (maker === undefined) {
    throw new RangeError(`Cannot make the path "${text}": no such scheduler; expected one of ${schedulerNames.join(", ")}`);
  }
  const parameters = colon < 0 ? [] : text.slice(colon + 1).split(",");
  if (!maker.arity.includes(parameters.length)) {
    throw new RangeError(
      `Cannot make the path "${text}": it has ${parameters.length} parameters; expected ${maker.arity.join(" or ")} after "${name}"`,
    );
  }
  return maker.make(...parameters.map((parameter) => numberOf(parameter, text)));
}

function numberOf(parameter: string, text: string): number {
  const number = parameter.trim() === "" ? Number.NaN : Number(parameter);
  if (!Number.isNaN(number)) return number;
  throw new SyntaxError(`Cannot make the path "${text}": "${parameter}" is not a number; expected one as in "polynomial:3"`);
}
