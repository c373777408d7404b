import { type Points, points } from "@fluxion/core";
import { type HostTensor, hostOps, hostTensor } from "../engine/index.js";
import { oneHot } from "./labels.js";
import type { Network } from "./network.js";

/** Where to evaluate a network. */
export interface HostInput {
  /** [B] */
  readonly t: ArrayLike<number>;
  /** [B, D] */
  readonly x: Points;
  /** Classes, −1 for the null label, [B]. @defaultValue null for all */
  readonly label?: Int32Array;
}

/**
 * f_θ(t, x, y) in float64 on the host, [B, D]: the reference for every engine. θ keeps the precision that it has.
 * @throws RangeError when θ, t, x or the labels do not fit the network.
 */
export function evaluateHost(network: Network, theta: ArrayLike<number>, { t, x, label }: HostInput): Points {
  const { dim, parameterCount, classes } = network;
  if (theta.length !== parameterCount || x.dim !== dim || t.length !== x.size) {
    throw new RangeError(
      `Cannot evaluate the network: there are ${theta.length} parameters, times [${t.length}] and points [${x.size}, ${x.dim}]; expected ${parameterCount}, [${x.size}] and [${x.size}, ${dim}]`,
    );
  }
  const y = label && [hostTensor(oneHot(label, classes), [x.size, classes])];
  const inputs = [hostTensor(theta, [parameterCount]), hostTensor(t, [x.size]), hostTensor(x.data, [x.size, dim])] as const;
  return points((network.apply(hostOps, ...inputs, ...(y ?? [])) as HostTensor).data, dim);
}
