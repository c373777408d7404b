import { nearest } from "@fluxion/io";
import { type LearningRateSpec, learningRate } from "./learning-rate.js";
import type { OptimizerRule } from "./optimizer-rule.js";

/** The method and its constants, as plain data. */
export type OptimizerRuleSpec =
  | {
      /** AdamW, or Adam, whose weight decay is a part of the gradient. @defaultValue "adamw" */
      readonly kind?: "adamw" | "adam" | undefined;
      /** @defaultValue 0.9 */
      readonly beta1?: number | undefined;
      /** @defaultValue 0.999 */
      readonly beta2?: number | undefined;
      /** @defaultValue 1e-8 */
      readonly epsilon?: number | undefined;
    }
  | {
      readonly kind: "sgd";
      /** @defaultValue 0.9 */
      readonly momentum?: number | undefined;
      /** @defaultValue false */
      readonly nesterov?: boolean | undefined;
    }
  | {
      readonly kind: "lion";
      /** @defaultValue 0.9 */
      readonly beta1?: number | undefined;
      /** @defaultValue 0.99 */
      readonly beta2?: number | undefined;
    };

/** How parameters move, as plain data: a method on a clipped gradient, and a moving average of the parameters. */
export type OptimizerSpec = OptimizerRuleSpec & {
  /** A constant rate, or a schedule. @defaultValue 0.001 */
  readonly learningRate?: number | LearningRateSpec;
  /** @defaultValue 0 */
  readonly weightDecay?: number;
  /** Gradients with a larger global norm are scaled down to it; null for none. @defaultValue 1 */
  readonly clipNorm?: number | null;
  /** Largest decay d of the moving average of the parameters; 0 for none. @defaultValue 0.999 */
  readonly emaDecay?: number;
};

/** An optimizer: the spec with defaults filled in, and its schedule as a function. */
export interface Optimizer {
  readonly rule: OptimizerRule;
  /** η_k after k completed steps. */
  readonly rateAt: (step: number) => number;
  readonly clipNorm: number | null;
  readonly emaDecay: number;
}

const SHARED = ["learningRate", "weightDecay", "clipNorm", "emaDecay"];
const KEYS: Readonly<Record<OptimizerRule["kind"], readonly string[]>> = {
  adamw: ["kind", "beta1", "beta2", "epsilon", ...SHARED],
  adam: ["kind", "beta1", "beta2", "epsilon", ...SHARED],
  sgd: ["kind", "momentum", "nesterov", ...SHARED],
  lion: ["kind", "beta1", "beta2", ...SHARED],
};

/** The optimizer of a spec. @throws RangeError for a number outside its domain or a key that its method does not have. */
export function buildOptimizer(spec: OptimizerSpec = {}): Optimizer {
  const { kind = "adamw", weightDecay = 0, clipNorm = 1, emaDecay = 0.999 } = spec;
  if (!Object.hasOwn(KEYS, kind)) refuse(`kind is "${kind}"`, suggested(kind, Object.keys(KEYS)));
  for (const key of Object.keys(spec)) {
    if (!KEYS[kind].includes(key)) refuse(`"${key}" is not an option of ${kind}`, suggested(key, KEYS[kind]));
  }
  if (!(emaDecay >= 0 && emaDecay < 1)) refuse(`emaDecay is ${emaDecay}`, "a number of [0, 1)");
  if (!(weightDecay >= 0 && weightDecay < Infinity)) refuse(`weightDecay is ${weightDecay}`, "a finite number ≥ 0");
  if (clipNorm !== null && !(clipNorm > 0 && clipNorm < Infinity)) refuse(`clipNorm is ${clipNorm}`, "a positive number or null");
  return { rule: ruleOf(spec, weightDecay), clipNorm, emaDecay, rateAt: learningRate(spec.learningRate ?? 1e-3) };
}

function ruleOf(spec: OptimizerRuleSpec, weightDecay: number): OptimizerRule {
  if (spec.kind === "sgd") {
    const { kind, momentum = 0.9, nesterov = false } = spec;
    requireDecays({ momentum });
    return { kind, momentum, nesterov, weightDecay };
  }
  if (spec.kind === "lion") {
    const { kind, beta1 = 0.9, beta2 = 0.99 } = spec;
    requireDecays({ beta1, beta2 });
    return { kind, beta1, beta2, weightDecay };
  }
  const { kind = "adamw", beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = spec;
  requireDecays({ beta1, beta2 });
  // Below the smallest normal float32 the sum √v̂ + ε could vanish, and with it the denominator.
  if (!(epsilon >= 1.2e-38 && epsilon < Infinity)) refuse(`epsilon is ${epsilon}`, "a positive number that float32 holds");
  return { kind, beta1, beta2, epsilon, weightDecay };
}

function requireDecays(decays: Readonly<Record<string, number>>): void {
  for (const [name, decay] of Object.entries(decays)) {
    if (!(decay >= 0 && decay < 1)) refuse(`${name} is ${decay}`, "a number of [0, 1)");
  }
}

function suggested(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `one of ${known.join(", ")}` : `"${near}", or another of ${known.join(", ")}`;
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot build the optimizer: ${found}; expected ${expected}`);
}
