import type { Certificate, Demand } from "@fluxion/core";
import { demandText } from "../backend/index.js";
import { format } from "../terminal/index.js";

/** The certificates of parts of a batch as one of the whole. There is at least one. */
export function joinCertificates(parts: readonly Certificate[]): Certificate {
  const [first] = parts;
  if (first === undefined) throw new Error("internal: no certificate to join");
  const bounds = parts.map(({ bound }) => bound);
  const known = bounds.every((bound) => bound !== undefined);
  return {
    promise: first.promise,
    ...(known ? { bound: Float64Array.from(bounds.flatMap((bound) => [...(bound ?? [])])) } : {}),
    evaluations: parts.reduce((sum, { evaluations }) => sum + evaluations, 0),
    skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
    backend: first.backend,
  };
}

/** The largest bound, undefined where there is no analysis. */
function worst({ bound }: Certificate): number | undefined {
  return bound?.reduce((most, v) => Math.max(most, v), 0);
}

/** A certificate for machines; the bound of each point is an array of its own. */
export function certificateJson(certificate: Certificate, demand: Demand, why: string): Record<string, unknown> {
  const { evaluations, skipped, backend } = certificate;
  const bound = worst(certificate);
  return { promise: demandText(demand), ...(bound === undefined ? {} : { bound }), evaluations, skipped, backend, why };
}

/** A certificate for people, one line. */
export function certificateText(certificate: Certificate, demand: Demand, why: string): string {
  const { evaluations, skipped, backend } = certificate;
  const bound = worst(certificate);
  const pairs = format.count(evaluations, "weight");
  const left = skipped === 0 ? "" : `, ${format.count(skipped, "one")} proved negligible or left out`;
  const error = demand.kind === "statistical" ? "standard error" : "proved error";
  const size = bound === undefined ? "" : `; ${error} of the posterior mean at most ${format.number(bound, 2)}`;
  return `  ${demandText(demand)} on ${backend} (${why}): ${pairs}${left}${size}\n`;
}
