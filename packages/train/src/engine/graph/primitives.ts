import type { Rule, Rules } from "./builder.js";
import { elementwiseRules } from "./elementwise-rules.js";
import { layoutRules } from "./layout-rules.js";
import type { Operation, OperationName } from "./node.js";
import { productRules } from "./product-rules.js";

/** Every primitive by name. */
export const primitives: Rules<OperationName> = {
  ...elementwiseRules,
  ...productRules,
  ...layoutRules,
};

/** The rule of an operation. */
export function ruleOf(operation: Operation): Rule {
  return primitives[operation.op] as unknown as Rule;
}
