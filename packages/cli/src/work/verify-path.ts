import { type AtomPath, type Check, checkIds, type Floor, fork, rngOf, type Verification, verify } from "@fluxion/core";
import { jaxEngine } from "@fluxion/train";
import type { Progress } from "../progress/index.js";
import type { VerifySpec } from "../spec/index.js";
import { type Alignment, format, type Paint, table } from "../terminal/index.js";
import { networkGradient } from "./network-gradient.js";

/** The derivation checked on one data set, with progress; `onCheck` is told of every check as it ends. */
export async function verifyPath(
  path: AtomPath,
  options: VerifySpec & { readonly seed: number; readonly floor: Floor },
  progress: Progress,
): Promise<Verification> {
  const { seed, floor, probes, trajectories, floorDraws } = options;
  const task = progress.start("verify", checkIds.length, "checks"); // a few do not apply to every data set
  const rng = fork(rngOf(seed), "verify");
  const gradient = networkGradient(await jaxEngine(), path.field.dim, fork(rng, "network"));
  const checks = verify(path, { rng, floor, probes, trajectories, floorDraws, gradient });
  for (let done = 1; ; done++) {
    const next = await checks.next();
    if (next.done) {
      const failures = next.value.checks.filter(({ passed }) => !passed).length;
      const all = format.count(next.value.checks.length, "check");
      task.end(failures === 0 ? `all of ${all} passed` : `${failures} of ${all} failed`);
      return next.value;
    }
    task.update(done, next.value.id);
    await new Promise(setImmediate);
  }
}

/** A residual that is not a number stands for a failed check, and JSON has no word for it but null. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The verification as commands print it. */
export function verificationJson({ checks, skipped, passed }: Pick<Verification, "checks" | "skipped" | "passed">): object {
  return {
    checks: checks.map((check) => ({ ...check, residual: finite(check.residual), details: finiteDetails(check) })),
    skipped,
    passed,
  };
}

function finiteDetails({ details }: Check): Record<string, number | null> | undefined {
  return details === undefined
    ? undefined
    : Object.fromEntries(Object.entries(details).map(([key, value]) => [key, finite(value)]));
}

/** The verification as a table for people. */
export function verificationText({ checks, skipped }: Verification, paint: Paint): string {
  const mark = ({ passed }: Check): string => (passed ? paint("green", "passed") : paint("red", "FAILED"));
  const rows = checks.map((check) => [
    mark(check),
    check.id,
    format.number(check.residual, 3),
    `≤ ${format.number(check.tolerance, 3)}`,
    check.statement,
  ]);
  const alignments: Alignment[] = ["l", "l", "r", "l", "l"];
  const left = skipped.map(({ id, reason }) => `  skipped  ${id}: ${reason}\n`).join("");
  return table([["", "check", "residual", "tolerance", "statement"], ...rows], alignments) + left;
}
