import type { ForwardOps, Shape, Tensor } from "../engine/index.js";
import { layout, type Read, type Start } from "./layout.js";
import type { Network } from "./network.js";

/** Where a network of the user's own is evaluated. */
export interface CustomInput {
  /** [B] */
  readonly t: Tensor;
  /** [B, D] */
  readonly x: Tensor;
  /** One-hot, [B, K]; absent where no point has a label. */
  readonly y: Tensor | undefined;
}

/** A network of the user's own. */
export interface CustomNetworkOptions<K extends string> {
  /** For messages and files. @defaultValue "custom" */
  readonly name?: string;
  /** D. */
  readonly dim: number;
  /** K. @defaultValue 0 */
  readonly classes?: number;
  /** Its arrays in the order of θ, and how each starts; zeros where nothing is said. */
  readonly parameters: Readonly<Record<K, Start & { readonly shape: Shape }>>;
  /** f_θ(t, x, y), [B, D], from the arrays by name. */
  readonly apply: (ops: ForwardOps, parameters: Readonly<Record<K, Tensor>>, input: CustomInput) => Tensor;
  /** Multiplications and additions for one point, where they are to be reported. @defaultValue 0 */
  readonly flopsPerPoint?: number;
}

/**
 * A network from a function: it trains, differentiates, samples and is checked against float64 like any other.
 * @throws RangeError for sizes that are not counts; when traced, for a result that is not [B, D].
 */
export function customNetwork<K extends string>(options: CustomNetworkOptions<K>): Network {
  const { name = "custom", dim, classes = 0, flopsPerPoint = 0, apply } = options;
  if (!(Number.isSafeInteger(dim) && dim > 0 && Number.isSafeInteger(classes) && classes >= 0)) {
    throw new RangeError(`Cannot build the network: dim is ${dim} and classes is ${classes}; expected counts, dim ≥ 1`);
  }
  const to = layout();
  to.work(flopsPerPoint);
  const reads = Object.entries<Start & { readonly shape: Shape }>(options.parameters).map(
    ([key, { shape, ...start }]): [string, Read] => [key, to.array(key, shape, start)],
  );
  return {
    spec: { kind: "custom", name, dim, classes },
    dim,
    classes,
    ...to.finish(),
    apply(ops, theta, t, x, y) {
      const arrays = Object.fromEntries(reads.map(([key, read]) => [key, read({ ops, theta })])) as Record<K, Tensor>;
      const out = apply(ops, arrays, { t, x, y });
      if (out.shape.length === 2 && out.shape[0] === x.shape[0] && out.shape[1] === dim) return out;
      throw new RangeError(
        `Cannot use the network "${name}": it gives [${out.shape.join(", ")}]; expected [${x.shape.join(", ")}]`,
      );
    },
  };
}
