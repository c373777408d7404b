import type { Ops } from "../engine/index.js";
import { adam } from "./adam.js";
import { type AdamW, type AdamWScalars, type AdamWState, adamW, biasCorrection } from "./adamw.js";
import { type Lion, lion } from "./lion.js";
import { type Sgd, sgd } from "./sgd.js";
import type { Gradient } from "./step-inputs.js";

/** A method with its constants. All of them are called through `applyRule`, on every engine. */
export type OptimizerRule =
  | ({ readonly kind: "adamw" } & AdamW)
  | ({ readonly kind: "adam" } & AdamW)
  | ({ readonly kind: "sgd" } & Sgd)
  | ({ readonly kind: "lion" } & Lion);

/** The parameters after one step of a method, with its moments. A method of one moment leaves the second as it was, zero. */
export function applyRule(ops: Ops, rule: OptimizerRule, state: AdamWState, step: AdamWScalars & Gradient): AdamWState {
  switch (rule.kind) {
    case "adamw":
      return adamW(ops, rule, state, step);
    case "adam":
      return adam(ops, rule, state, step);
    case "sgd":
      return { ...sgd(ops, rule, state, step), secondMoment: state.secondMoment };
    case "lion":
      return { ...lion(ops, rule, state, step), secondMoment: state.secondMoment };
  }
}

/** The factors that undo the bias of the moments after `step` completed steps; 1 for a method that corrects none. */
export function corrections(rule: OptimizerRule, step: number): readonly [first: number, second: number] {
  if (rule.kind === "sgd" || rule.kind === "lion") return [1, 1];
  return [biasCorrection(rule.beta1, step), biasCorrection(rule.beta2, step)];
}
