import { type Network, timesOf } from "../network/index.js";

/**
 * Whether a network is affine layers and nonlinearities in a row on [x, t]: then PyTorch names its arrays by their place in a
 * `Sequential` called `net`, as `torchcfm.models.MLP` does.
 */
export function isSequential({ spec }: Pick<Network, "spec">): boolean {
  return spec.kind === "mlp" && timesOf({ spec }) === 1 && spec.time.kind === "raw" && !spec.residual && spec.classes === 0;
}

/** Whether the state dictionary is that of `torchcfm.models.MLP(dim, w, time_varying=True)`, whose nonlinearity is SELU. */
export function isTorchcfmMlp({ spec }: Pick<Network, "spec">): boolean {
  return isSequential({ spec }) && spec.kind === "mlp" && spec.depth === 3 && spec.activation === "selu";
}

/** The name of every parameter in PyTorch: `net.0.weight`, `net.2.weight`, … for layers in a row, our own else. */
export function weightNames(network: Pick<Network, "spec" | "parameters">): readonly string[] {
  const own = network.parameters.map(({ name }) => name);
  // Between two affine layers of the Sequential is a nonlinearity without parameters.
  return isSequential(network) ? own.map((name) => name.replace(/^layers\.(\d+)/, (_, i) => `net.${2 * Number(i)}`)) : own;
}
