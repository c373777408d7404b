/** One thing that a machine has, has in part, or lacks. */
export interface Finding {
  readonly name: string;
  /** `limited` works with less than it could. */
  readonly state: "ok" | "limited" | "missing";
  /** What was found, in words. */
  readonly found: string;
  /** The command or change that gives what is missing. */
  readonly remedy?: string;
}
