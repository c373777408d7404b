import { mlp } from "./mlp.js";
import type { Network } from "./network.js";
import { completeNetworkSpec, type NetworkSpec } from "./network-spec.js";

/** The network of a spec. @throws RangeError for a spec that describes none. */
export function buildNetwork(spec: NetworkSpec): Network {
  return mlp(completeNetworkSpec(spec));
}
