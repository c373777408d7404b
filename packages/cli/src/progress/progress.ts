import { format, type Output, paintFor } from "../terminal/index.js";

/** Reports of long work. */
export interface Progress {
  /** Starts a piece of work of `total` steps (undefined when unknown). */
  readonly start: (name: string, total?: number, unit?: string) => Task;
  /** One line for the person, between or during tasks. */
  readonly note: (text: string) => void;
  /** One line that stays visible when progress is quiet. */
  readonly warn: (text: string) => void;
}

/** One piece of long work. */
export interface Task {
  /** `done` steps are finished; `detail` says what else is known, as a loss. */
  readonly update: (done: number, detail?: string) => void;
  /** Ends the piece; `detail` is its outcome. */
  readonly end: (detail?: string) => void;
}

/** What progress needs of the outer world. */
export interface ProgressOptions {
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds from any origin. */
  readonly now: () => number;
  /** Only warnings. @defaultValue false */
  readonly quiet?: boolean;
}

/** Between two pictures of a bar, and between two plain lines, in milliseconds. */
const BAR_EVERY = 100;
const LINE_EVERY = 5000;
const BAR_CELLS = 20;

/** Progress as a bar with rate and time left on a terminal, otherwise as a plain line every five seconds at most. */
export function createProgress({ stderr, env, now, quiet = false }: ProgressOptions): Progress {
  const paint = paintFor(stderr, env);
  const live = stderr.isTTY === true && env.TERM !== "dumb" && (env.CI ?? "") === "";
  let drawn = ""; // the bar that is on the screen
  const clear = (): void => {
    if (drawn !== "") stderr.write("\r\u001b[K");
    drawn = "";
  };
  const line = (text: string): void => {
    const bar = drawn;
    clear();
    stderr.write(`${text}\n`);
    if (bar !== "") {
      stderr.write(bar);
      drawn = bar;
    }
  };

  return {
    note: (text) => {
      if (!quiet) line(text);
    },
    warn: (text) => line(`${paint("yellow", "warning:")} ${text}`),
    start(name, total, unit = "") {
      const begun = now();
      let last = live ? Number.NEGATIVE_INFINITY : begun;
      let first = -1; // steps done at the first report: a resumed task does not start from nothing
      const show = (done: number, detail: string): string => {
        const elapsed = (now() - begun) / 1000;
        const parts = [name, ...counts(done, total, unit), detail, ...pace(done - first, elapsed, total && total - done)];
        return parts.filter((part) => part !== "").join("  ");
      };
      return {
        update(done, detail = "") {
          if (first < 0) first = done;
          if (quiet || now() - last < (live ? BAR_EVERY : LINE_EVERY)) return;
          last = now();
          const text = show(done, detail);
          if (!live) return line(text);
          const bar = total === undefined ? "" : `${cells(done / total)} `;
          drawn = `${bar}${text}`.slice(0, Math.max(20, (stderr.columns ?? 80) - 1));
          stderr.write(`\r\u001b[K${drawn}`);
        },
        end(detail = "") {
          clear();
          if (quiet) return;
          const time = format.duration((now() - begun) / 1000);
          line([paint("green", "✓"), name, paint("dim", time), detail].filter((part) => part !== "").join("  "));
        },
      };
    },
  };
}

function cells(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

function counts(done: number, total: number | undefined, unit: string): string[] {
  const of = total === undefined ? format.number(done) : `${format.number(done)}/${format.number(total)}`;
  const percent = total === undefined ? "" : `${Math.floor((100 * done) / total)}%`;
  return [`${of}${unit === "" ? "" : ` ${unit}`}`, percent];
}

/** Rate and time left, from what was done since the task began. */
function pace(done: number, elapsed: number, left: number | undefined): string[] {
  if (!(done > 0 && elapsed > 0.5)) return [];
  const rate = done / elapsed;
  const eta = left === undefined ? "" : `${format.duration(left / rate)} left`;
  return [`${format.number(rate, 3)}/s`, eta];
}
