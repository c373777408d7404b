import type { Tensor } from "../engine/index.js";
import { activations } from "./activation.js";
import { convolution, film, groupNormalised, type Layer, scaleAndShift } from "./layers.js";
import type { Layout, Pass } from "./layout.js";

/** What the layers of one resolution share. */
export interface Resolution {
  /** H·W. */
  readonly pixels: number;
  /** Groups of the normalisation; they divide every number of channels. */
  readonly groups: number;
  /** E, the length of the embedding. */
  readonly embedding: number;
}

/** A layer under modulation: images [B, C, H, W] and embeddings [B, E] ↦ images. */
export type ModulatedLayer = (pass: Pass, x: Tensor, e: Tensor) => Tensor;

const { traced: silu, gain } = activations.silu;

/** Group normalisation with a learned factor and summand for each channel. */
export function groupNorm(to: Layout, name: string, { channels, groups }: { channels: number; groups: number }): Layer {
  const rescale = scaleAndShift(to, name, [channels, 1, 1]);
  return (pass, x) => rescale(pass, groupNormalised(pass, x, groups));
}

/**
 * x + conv(silu(film(norm(conv(silu(norm(x)))), e))), with a 1 × 1 convolution of x where the channels change. The second
 * convolution starts at zero, so that the block starts as its shortcut.
 */
export function residualBlock(to: Layout, name: string, channels: readonly [number, number], at: Resolution): ModulatedLayer {
  const [from, O] = channels;
  const { pixels, groups } = at;
  const before = groupNorm(to, `${name}.norm`, { channels: from, groups });
  const first = convolution(to, `${name}.0`, { channels, side: 3, pixels, gain });
  const modulate = film(to, `${name}.film`, { from: at.embedding, features: O });
  const second = convolution(to, `${name}.1`, { channels: [O, O], side: 3, pixels, gain: 0 });
  const shortcut = from === O ? undefined : convolution(to, `${name}.shortcut`, { channels, side: 1, pixels });
  return (pass, x, e) => {
    const { ops } = pass;
    const h = first(pass, silu(ops, before(pass, x)));
    const branch = second(pass, silu(ops, modulate(pass, groupNormalised(pass, h, groups), e)));
    return ops.add(shortcut ? shortcut(pass, x) : x, branch);
  };
}

/**
 * x + W softmax(QᵀK/√d) V of norm(x), every pixel attending to every pixel, in heads of d = C/heads channels. W starts at
 * zero.
 */
export function selfAttention(
  to: Layout,
  name: string,
  { channels: C, heads, at }: { channels: number; heads: number; at: Resolution },
): Layer {
  const { pixels, groups } = at;
  const before = groupNorm(to, `${name}.norm`, { channels: C, groups });
  const toAll = convolution(to, `${name}.qkv`, { channels: [C, 3 * C], side: 1, pixels });
  const toOut = convolution(to, `${name}.out`, { channels: [C, C], side: 1, pixels, gain: 0 });
  to.work(2 * 2 * C * pixels * pixels);
  const d = C / heads;
  return (pass, x) => {
    const { ops } = pass;
    const [B = 0, , H = 0, W = 0] = x.shape;
    const all = toAll(pass, before(pass, x));
    const [q, k, v] = [0, C, 2 * C].map((from) => ops.reshape(ops.slice(all, from, from + C, 1), [B, heads, d, pixels])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const turn = (y: Tensor): Tensor => ops.transpose(y, [0, 1, 3, 2]);
    const weights = ops.softmax(ops.mul(ops.matmul(turn(q), k), 1 / Math.sqrt(d))); // [B, heads, N, N]
    const attended = ops.matmul(v, turn(weights)); // [B, heads, d, N]
    return ops.add(x, toOut(pass, ops.reshape(attended, [B, C, H, W])));
  };
}
