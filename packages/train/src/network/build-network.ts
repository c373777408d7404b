import { completeNetworkSpec } from "./complete-network-spec.js";
import { mlp } from "./mlp.js";
import type { Network } from "./network.js";
import type { NetworkSpec } from "./network-spec.js";
import { residualMlp } from "./residual-mlp.js";
import { unet } from "./unet.js";

/** The network of a spec. @throws RangeError for a spec that describes none. */
export function buildNetwork(spec: NetworkSpec): Network {
  const complete = completeNetworkSpec(spec);
  switch (complete.kind) {
    case "mlp":
      return mlp(complete);
    case "residual-mlp":
      return residualMlp(complete);
    case "unet":
      return unet(complete);
  }
}
