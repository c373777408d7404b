import { activations } from "./activation.js";
import { affine, classVector } from "./layers.js";
import { layout } from "./layout.js";
import type { Network } from "./network.js";
import type { MlpSpec } from "./network-spec.js";
import { featureCount, timeFeatures, traceTimes } from "./time-features.js";

/** A multilayer perceptron on [x, φ(t)]; a class adds its learned vector to what enters the first nonlinearity. */
export function mlp(spec: Required<MlpSpec>): Network {
  const { dim, width, depth, times, classes, residual, outputScale } = spec;
  const features = timeFeatures(spec.time);
  const { traced: phi, gain } = activations[spec.activation];
  const to = layout();
  const layers = Array.from({ length: depth + 1 }, (_, i) => {
    const fanIn = i === 0 ? dim + times * featureCount(features) : width;
    // The input has not passed φ, so that its layer needs no gain.
    const gainOf = (i === 0 ? 1 : gain) * (i < depth ? 1 : outputScale);
    return affine(to, `layers.${i}`, { fanIn, fanOut: i < depth ? width : dim, gain: gainOf });
  });
  const ofClass = classes > 0 ? classVector(to, { classes, features: width }) : undefined;
  return {
    spec,
    dim,
    classes,
    ...to.finish(),
    apply(ops, theta, t, x, y) {
      const pass = { ops, theta };
      let h = ops.concat([x, traceTimes(ops, features, t, times)], 1);
      for (const [i, layer] of layers.entries()) {
        const affinely = layer(pass, h); // [B, fanOut]
        const entering = i === 0 && ofClass && y ? ops.add(affinely, ofClass(pass, y)) : affinely;
        const next = i < depth ? phi(ops, entering) : entering;
        h = residual && i > 0 && i < depth ? ops.add(h, next) : next;
      }
      return h;
    },
  };
}
