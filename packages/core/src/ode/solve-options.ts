/** How to watch a solve and to stop it. */
export interface SolveOptions {
  /** Asked before every evaluation; an `AbortSignal` fits. */
  readonly signal?: { readonly aborted: boolean; readonly reason?: unknown };
  /** Told after every evaluation how many there were, and the time of this one. */
  readonly onProgress?: (nfe: number, t: number) => void;
}

/** Throws when the caller no longer wants the solution. */
export function requireWanted({ signal }: SolveOptions, nfe: number, t: number): void {
  if (!signal?.aborted) return;
  if (signal.reason !== undefined) throw signal.reason;
  const error = new Error(`Cannot finish the solve: it was aborted at t = ${t} after ${nfe} evaluations; expected no abort`);
  error.name = "AbortError";
  throw error;
}
