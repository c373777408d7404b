import type { Tensor } from "../engine/index.js";
import { activations } from "./activation.js";
import { embedding } from "./embedding.js";
import { groupNorm, type Resolution, residualBlock, selfAttention } from "./image-layers.js";
import { convolution } from "./layers.js";
import { type Layout, layout, type Pass } from "./layout.js";
import type { Network } from "./network.js";
import type { UnetSpec } from "./network-spec.js";

/** One resolution of the network. */
interface Level extends Resolution {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What a part of the network makes of images; `kept` is the stack that the way down fills and the way up empties. */
type Stage = (pass: Pass, x: Tensor, e: Tensor, kept: Tensor[]) => Tensor;

/** What is under construction: the layout, and the channels at hand and on the stack. */
interface Site {
  readonly to: Layout;
  readonly blocks: number;
  channels: number;
  readonly kept: number[];
}

/**
 * A U-Net on images flattened to D = C·H·W [Ronneberger2015]: residual blocks under modulation by time and class, halved by
 * convolutions of stride 2, attention at the lowest resolution, doubled by repeated pixels and a convolution, and joined on
 * the way up with what the way down kept. A side of 2m − 1 becomes m and, doubled, loses its last row or column again.
 */
export function unet(spec: Required<UnetSpec>): Network {
  const { image, channels, classes, groups, blocks } = spec;
  const [C, height, width] = image;
  const levels = levelsOf(spec);
  const pixels = height * width;
  const site: Site = { to: layout(), blocks, channels, kept: [] };
  const { to } = site;
  const embed = embedding(to, { time: spec.time, classes, width: 4 * channels });
  const inward = convolution(to, "in", { channels: [C, channels], side: 3, pixels });
  const down = levels.map((level, i) => downward(site, `down.${i}`, level, levels[i + 1]));
  const across = middle(site, levels.at(-1), spec.heads);
  const up = levels.toReversed().map((level, i) => upward(site, `up.${i}`, level, levels.at(-2 - i)));
  const norm = groupNorm(to, "out.norm", { channels, groups });
  const { traced: silu, gain } = activations.silu;
  const outward = convolution(to, "out", { channels: [channels, C], side: 3, pixels, gain: gain * spec.outputScale });
  const dim = C * pixels;
  return {
    spec,
    dim,
    classes,
    ...to.finish(),
    apply(ops, theta, t, x, y) {
      const pass = { ops, theta };
      const B = x.shape[0] ?? 0;
      const e = embed(pass, t, y);
      const kept: Tensor[] = [];
      let h = inward(pass, ops.reshape(x, [B, C, height, width]));
      for (const stage of [...down, across, ...up]) h = stage(pass, h, e, kept);
      return ops.reshape(outward(pass, silu(ops, norm(pass, h))), [B, dim]);
    },
  };
}

function levelsOf({ image, channels, multipliers, groups }: Required<UnetSpec>): readonly Level[] {
  let [, height, width] = image;
  return multipliers.map((multiplier, i) => {
    if (i > 0) [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    return { height, width, pixels: height * width, channels: channels * multiplier, groups, embedding: 4 * channels };
  });
}

/** Residual blocks, the result of each kept; then half the size, where there is a next level. */
function downward(site: Site, name: string, level: Level, next: Level | undefined): Stage {
  const { to, kept: stack } = site;
  const own = Array.from({ length: site.blocks }, (_, i) => {
    const block = residualBlock(to, `${name}.${i}`, [site.channels, level.channels], level);
    site.channels = level.channels;
    stack.push(site.channels);
    return block;
  });
  const both = [level.channels, level.channels] as const;
  const halve = next && convolution(to, `${name}.half`, { channels: both, side: 3, pixels: next.pixels, stride: 2 });
  return (pass, x, e, kept) => {
    let h = x;
    for (const block of own) {
      h = block(pass, h, e);
      kept.push(h);
    }
    return halve ? halve(pass, h) : h;
  };
}

/** Block, attention, block at the lowest resolution. */
function middle({ to, channels }: Site, level: Level | undefined, heads: number): Stage {
  if (level === undefined) throw new RangeError("Cannot build the network: multipliers is empty; expected at least one");
  const first = residualBlock(to, "middle.0", [channels, channels], level);
  const attend = heads > 0 ? selfAttention(to, "middle.attention", { channels, heads, at: level }) : undefined;
  const second = residualBlock(to, "middle.1", [channels, channels], level);
  return (pass, x, e) => {
    const h = first(pass, x, e);
    return second(pass, attend ? attend(pass, h) : h, e);
  };
}

/** Residual blocks, each on what is at hand beside what was kept; then the size of the level above, where there is one. */
function upward(site: Site, name: string, level: Level, above: Level | undefined): Stage {
  const { to, kept: stack } = site;
  const own = Array.from({ length: site.blocks }, (_, i) => {
    const from = site.channels + (stack.pop() ?? 0);
    site.channels = level.channels;
    return residualBlock(to, `${name}.${i}`, [from, level.channels], level);
  });
  const both = [level.channels, level.channels] as const;
  const smooth = above && convolution(to, `${name}.double`, { channels: both, side: 3, pixels: above.pixels });
  return (pass, x, e, kept) => {
    const { ops } = pass;
    let h = x;
    for (const block of own) {
      const beside = kept.pop();
      h = block(pass, beside ? ops.concat([h, beside], 1) : h, e);
    }
    if (!above || !smooth) return h;
    const doubled = ops.upsample(h, 2);
    return smooth(pass, ops.slice(ops.slice(doubled, 0, above.height, 2), 0, above.width, 3));
  };
}
