import type { Tensor } from "../engine/index.js";
import { activations } from "./activation.js";
import { embedding } from "./embedding.js";
import { affine, film, type Layer, normalised } from "./layers.js";
import { type Layout, layout, type Pass } from "./layout.js";
import type { Network } from "./network.js";
import type { ResidualMlpSpec } from "./network-spec.js";

type Block = (pass: Pass, h: Tensor, e: Tensor) => Tensor;

/**
 * A residual perceptron under modulation: h = W x + b, then `depth` times h ← h + W″ φ(W′ film(norm(h), e)), then an affine
 * map of norm(h), where e embeds time and class.
 */
export function residualMlp(spec: Required<ResidualMlpSpec>): Network {
  const { dim, width, depth, classes } = spec;
  const to = layout();
  const embed = embedding(to, { time: spec.time, times: spec.times, classes, width });
  const inward = affine(to, "in", { fanIn: dim, fanOut: width });
  const blocks = Array.from({ length: depth }, (_, i) => block(to, `blocks.${i}`, spec));
  const last = film(to, "out.film", { from: width, features: width });
  const outward: Layer = affine(to, "out", { fanIn: width, fanOut: dim, gain: spec.outputScale });
  return {
    spec,
    dim,
    classes,
    ...to.finish(),
    apply(ops, theta, t, x, y) {
      const pass = { ops, theta };
      const e = embed(pass, t, y);
      let h = inward(pass, x);
      for (const next of blocks) h = next(pass, h, e);
      return outward(pass, last(pass, normalised(pass, h), e));
    },
  };
}

/** h + W″ φ(W′ film(norm(h), e) + b′) + b″; W″ starts at zero, so that the network starts as an affine map of x. */
function block(to: Layout, name: string, { width, activation }: Required<ResidualMlpSpec>): Block {
  const phi = activations[activation];
  const modulate = film(to, `${name}.film`, { from: width, features: width });
  const first = affine(to, `${name}.0`, { fanIn: width, fanOut: width });
  const second = affine(to, `${name}.1`, { fanIn: width, fanOut: width, gain: 0 });
  return (pass, h, e) => {
    const inner = first(pass, modulate(pass, normalised(pass, h), e));
    return pass.ops.add(h, second(pass, phi.traced(pass.ops, inner)));
  };
}
