import {
  type AsyncField,
  asyncField,
  type Demand,
  dataLimit,
  type Points,
  posteriorOn,
  rngOf,
  rows,
  type Scheduler,
  statisticalBackend,
} from "@fluxion/core";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";
import { type BackendName, openBackend } from "./open-backend.js";

/** What a field on a backend is opened with. */
export interface BackendFieldRequest {
  readonly scheduler: Scheduler;
  readonly demand: Demand;
  readonly backend: BackendName;
  readonly threads: number;
  readonly seed: number;
  /** Where and when it will be asked. */
  readonly t: number;
  readonly x: Points;
  /** Milliseconds from any origin. */
  readonly now: () => number;
}

/** The exact field of a data set on a backend; close it when done. */
export interface BackendField {
  readonly field: AsyncField;
  /** The backend by its own name, and why it is this one. */
  readonly backend: string;
  readonly why: string;
  readonly close: () => Promise<void>;
}

/** Points that a choice between backends is measured on. */
const PROBED = 16;

/**
 * The marginal vector field of a data set on the backend that was asked for. Eq. (M6)
 * @throws CliError when the backend or the promise cannot be had.
 */
export async function backendField(
  { atoms, bandwidth }: Pick<DataSet, "atoms" | "bandwidth">,
  request: BackendFieldRequest,
): Promise<BackendField> {
  const { scheduler, demand, t, x } = request;
  const { backend, why } = await open();
  const posterior = posteriorOn(backend, { bandwidth, limit: (at, top) => dataLimit(atoms, at, top) });
  return { field: asyncField(scheduler, posterior, demand), backend: backend.name, why, close: () => backend.close() };

  function open() {
    if (demand.kind === "statistical") {
      if (request.backend !== "auto" && request.backend !== "reference") {
        throw badInput(
          `Cannot promise "statistical" on the backend "${request.backend}": references are drawn by the reference; expected --backend reference, or auto`,
        );
      }
      return { backend: statisticalBackend(atoms, { rng: rngOf(request.seed) }), why: "it draws the references" };
    }
    const { alpha, beta } = scheduler.at(t);
    const variance = beta * beta + alpha * alpha * bandwidth * bandwidth;
    const query = { alpha, variance: variance > 0 ? variance : 1, spread: false, top: 0, tangent: undefined };
    return openBackend(atoms, {
      name: request.backend,
      threads: request.threads,
      probe: { x: rows(x, 0, Math.min(PROBED, x.size)), query, demand },
      queries: x.size,
      now: request.now,
    });
  }
}
