import {
  asyncField,
  atomPath,
  atoms,
  condOt,
  drawStart,
  fork,
  generate,
  normal,
  points,
  posteriorOn,
  rngOf,
} from "@fluxion/core";
import { bindAtoms, webgpuBackend } from "@fluxion/kernels";
import { sharedDevice } from "./gpu-device.js";

/** Velocities of the exact field on the device and in float64, their distance at each point, and what its certificate allows. */
export async function results(): Promise<{ off: number[]; allowed: number[]; backend: string; promise: string }> {
  const rng = rngOf(12);
  const data = atoms(points(normal(fork(rng, "data"), new Float64Array(500 * 24)), 24));
  const path = atomPath(condOt(), data);
  const t = 0.4;
  const x = generate(path.field, drawStart(path, fork(rng, "start"), 20), { to: t }).y;
  const backend = await webgpuBackend(bindAtoms(data), { device: await sharedDevice() });
  const field = asyncField(condOt(), posteriorOn(backend), { kind: "certified", epsilon: 1e-3 });
  const { values, certificate } = await field.quantities(t, x, ["velocity"]);
  const exact = path.field.quantities(t, x, ["velocity"]).values;
  await backend.close();
  const off = Array.from({ length: x.size }, (_, b) => {
    const row = (all: Float64Array | undefined): Float64Array | undefined => all?.subarray(24 * b, 24 * (b + 1));
    const [p, q] = [row(values.velocity), row(exact.velocity)];
    return Math.hypot(...Array.from({ length: 24 }, (_, d) => (p?.[d] ?? Number.NaN) - (q?.[d] ?? Number.NaN)));
  });
  // u = (μ − x)/(1 − t)
  const allowed = [...(certificate.bound ?? [])].map((bound) => bound / (1 - t));
  return { off, allowed, backend: certificate.backend, promise: certificate.promise };
}
