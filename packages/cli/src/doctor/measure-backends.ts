import { atoms, normal, points, rngOf, type ScanBackend } from "@fluxion/core";
import { candidatesFor } from "../backend/index.js";

/** What a backend did in its share of the measurement. */
export interface Speed {
  readonly name: string;
  /** As the backend calls itself; undefined where it is not to be had. */
  readonly backend: string | undefined;
  /** Median milliseconds of one evaluation; undefined where it is not to be had. */
  readonly milliseconds: number | undefined;
  /** 4·B·N·D over the median: what two products with the data count, whoever takes how many. */
  readonly gigaflops: number | undefined;
}

/** The measured question: the posterior mean of B points of a path over N normal points in D dimensions. */
export const MEASURED = { B: 64, N: 20_000, D: 64, alpha: 0.2, beta: 0.8, epsilon: 1e-2 } as const;

/** Milliseconds that each backend may take. */
const SHARE = 1500;

/** Measures reference, wasm and native on one question, about five seconds in all. */
export async function measureBackends(threads: number, now: () => number): Promise<readonly Speed[]> {
  const { B, N, D, alpha, beta, epsilon } = MEASURED;
  const data = atoms(points(normal(rngOf(1), new Float64Array(N * D)), D));
  const x = points(normal(rngOf(2), new Float64Array(B * D)), D);
  const query = { alpha, variance: beta * beta, spread: false, top: 0, tangent: undefined };
  const candidates = candidatesFor(data, threads);
  const found: Speed[] = [];
  for (const name of ["reference", "wasm", "native"] as const) {
    let backend: ScanBackend | undefined;
    try {
      backend = await candidates[name].open();
      const times: number[] = [];
      for (const until = now() + SHARE; times.length < 2 || now() < until; ) {
        const start = now();
        await backend.scan(x, query, { kind: "certified", epsilon });
        times.push(now() - start);
      }
      const kept = times.slice(1).sort((a, b) => a - b); // the first one warms up
      const milliseconds = kept[kept.length >> 1] ?? Number.POSITIVE_INFINITY;
      found.push({ name, backend: backend.name, milliseconds, gigaflops: (4 * B * N * D) / milliseconds / 1e6 });
    } catch {
      found.push({ name, backend: undefined, milliseconds: undefined, gigaflops: undefined }); // the findings say why
    } finally {
      await backend?.close();
    }
  }
  return found;
}
