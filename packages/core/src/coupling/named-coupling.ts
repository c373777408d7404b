import type { Coupling } from "./coupling.js";
import { independentCoupling, otCoupling, partialCoupling, schrodingerBridgeCoupling, sinkhornCoupling } from "./couplings.js";
import { labelCoupling } from "./label-coupling.js";

const makers: Record<string, { arity: readonly number[]; make: (...numbers: number[]) => Coupling }> = {
  independent: { arity: [0], make: () => independentCoupling() },
  ot: { arity: [0], make: () => otCoupling() },
  sinkhorn: { arity: [1], make: (epsilon) => sinkhornCoupling({ epsilon }) },
  unbalanced: { arity: [2], make: (epsilon, marginalPenalty) => sinkhornCoupling({ epsilon, marginalPenalty }) },
  partial: { arity: [1], make: (share) => partialCoupling(share) },
  c2ot: { arity: [0, 1], make: (weight = Infinity) => labelCoupling(weight) },
  schrodingerBridge: { arity: [1], make: (sigma) => schrodingerBridgeCoupling(sigma) },
};

/** The names that `couplingNamed` knows. */
export const couplingNames: readonly string[] = Object.keys(makers);

/**
 * The coupling of a name with its numbers, as in `independent`, `ot`, `sinkhorn:0.05` (ε), `unbalanced:0.05,1` (ε, ρ),
 * `partial:0.9` (share), `c2ot`, `c2ot:10` (weight of a label), `schrodingerBridge:1` (σ).
 * @throws RangeError when the name is unknown or takes another number of parameters, or a number is out of its domain.
 * @throws SyntaxError when a parameter is not a number.
 */
export function couplingNamed(text: string): Coupling {
  const [name, ...rest] = text.split(":");
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (maker === undefined) {
    throw new RangeError(`Cannot make the coupling "${text}": no such coupling; expected one of ${couplingNames.join(", ")}`);
  }
  const parameters = rest.length === 0 ? [] : rest.join(":").split(",");
  if (!maker.arity.includes(parameters.length)) {
    throw new RangeError(
      `Cannot make the coupling "${text}": it has ${parameters.length} parameters; expected ${maker.arity.join(" or ")} after "${name}"`,
    );
  }
  return maker.make(
    ...parameters.map((parameter) => {
      const number = parameter.trim() === "" ? Number.NaN : Number(parameter);
      if (!Number.isNaN(number)) return number;
      throw new SyntaxError(
        `Cannot make the coupling "${text}": "${parameter}" is not a number; expected one as in "sinkhorn:0.05"`,
      );
    }),
  );
}
