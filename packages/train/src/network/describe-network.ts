import type { Network } from "./network.js";
import type { CompleteNetworkSpec } from "./network-spec.js";

/** Kind and sizes, as "MLP 3 × 64, selu". */
export function networkTitle(spec: CompleteNetworkSpec): string {
  switch (spec.kind) {
    case "mlp":
      return `MLP ${spec.depth} × ${spec.width}, ${spec.activation}`;
    case "residual-mlp":
      return `residual MLP ${spec.depth} × ${spec.width}, ${spec.activation}`;
    case "unet":
      return `U-Net ${spec.multipliers.map((multiplier) => multiplier * spec.channels).join("–")}`;
    case "custom":
      return spec.name;
  }
}

/**
 * Title, parameters and operations for one point forward; one step of training takes about three times as many for each
 * point of its batch.
 */
export function describeNetwork({ spec, parameterCount, flopsPerPoint }: Network): string {
  const count = (n: number): string => n.toLocaleString("en-US");
  return `${networkTitle(spec)}: ${count(parameterCount)} parameters, ${count(flopsPerPoint)} FLOPs per point`;
}
