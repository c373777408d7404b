/** A worker died while it computed; what it was computing is void. The other workers go on. */
export class WorkerLostError extends Error {
  override readonly name = "WorkerLostError";
  /** Workers that are left. */
  readonly remaining: number;

  constructor(why: string, remaining: number) {
    super(`Cannot finish the computation: a worker was lost (${why}), ${remaining} are left; expected all to answer`);
    this.remaining = remaining;
  }
}
