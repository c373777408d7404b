import {
  type AtomPath,
  asyncScoreFieldOf,
  type Diffusion,
  type ExponentialMethod,
  exactScoreField,
  exponentialSteps,
  fork,
  generate,
  generateAsync,
  type Points,
  rngOf,
  simulateSde,
  simulateSdeAsync,
  snrSpacing,
  type VectorField,
} from "@fluxion/core";
import type { NetworkField } from "@fluxion/train";
import { badInput } from "../errors.js";
import type { Progress } from "../progress/index.js";
import { format } from "../terminal/index.js";
import type { Flow } from "./sampling.js";

/** A sampler of a fixed number of steps, uniform in s/(1 + s) with s = α/β: an exponential integrator, or the stochastic equation. */
export type SamplerSpec =
  | { readonly sampler: ExponentialMethod; readonly steps: number }
  | { readonly sampler: "sde"; readonly steps: number; readonly diffusion: Diffusion };

/** Words for a sampler: "sde with g² noise:1, 50 steps". */
export function samplerText(spec: SamplerSpec): string {
  const name = spec.sampler === "sde" ? `sde with diffusion ${spec.diffusion.name}` : spec.sampler;
  return `${name}, ${format.count(spec.steps, "step")}`;
}

/** What a sampler is followed with. */
interface Follow {
  readonly spec: SamplerSpec;
  readonly seed: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Points by the exact field, whose denoiser and score are exact too. */
export function sampleExactField(path: AtomPath, x0: Points, follow: Follow): Flow {
  const { field } = path;
  const { spec } = follow;
  requireSource(path);
  const { grid, watch, done } = begun(path, follow, "sample by the exact field");
  if (spec.sampler === "sde") {
    const { y, nfe } = simulateSde(exactScoreField(field), x0, { ...watch, ...noiseOf(spec, follow), grid, steps: spec.steps });
    return done(y, nfe);
  }
  const denoiser: VectorField = {
    evaluate(t, x, out) {
      out.data.set(field.quantities(t, x, ["denoiser"]).values.denoiser ?? []);
      return out;
    },
  };
  const integrator = exponentialSteps(field.scheduler, spec.steps, { method: spec.sampler, prediction: "denoiser", grid });
  const { y, nfe } = generate(denoiser, x0, { ...watch, integrator });
  return done(y, nfe);
}

/** Points by a network that predicts velocities. */
export async function sampleNetwork(network: NetworkField, path: AtomPath, x0: Points, follow: Follow): Promise<Flow> {
  const { scheduler } = path.field;
  const { spec } = follow;
  requireSource(path);
  const { grid, watch, done } = begun(path, follow, "sample by the network");
  if (spec.sampler === "sde") {
    const field = asyncScoreFieldOf(network, { dim: network.dim, scheduler });
    const { y, nfe } = await simulateSdeAsync(field, x0, { ...watch, ...noiseOf(spec, follow), grid, steps: spec.steps });
    return done(y, nfe);
  }
  const { y, nfe } = await generateAsync(network, x0, {
    ...watch,
    integrator: exponentialSteps(scheduler, spec.steps, { method: spec.sampler, grid }),
  });
  return done(y, nfe);
}

function noiseOf({ diffusion }: Extract<SamplerSpec, { sampler: "sde" }>, { seed }: Follow) {
  return { diffusion, rng: fork(rngOf(seed), "sde") };
}

function begun({ field }: AtomPath, { progress, signal }: Follow, name: string) {
  const task = progress.start(name, undefined, "evaluations");
  const onProgress = (nfe: number, t: number): void => task.update(nfe, `t = ${format.number(t, 3)}`);
  const done = (x: Points, nfe: number): Flow => {
    task.end(`${format.count(x.size, "point")}, ${format.count(nfe, "evaluation")}`);
    return { x, states: [x], nfe };
  };
  return { grid: snrSpacing(field.scheduler), watch: { signal, onProgress }, done };
}

/** Noise and score are one up to a factor for N(0, I) alone. */
function requireSource({ source }: AtomPath): void {
  if (source.isotropic) return;
  throw badInput("Cannot use this sampler: the source is not N(0, I), which it is made for; expected --sampler ode");
}
