/**
 * Sinkhorn's iteration at one ε. The potentials are split, f + ε log u and g + ε log v: while u and v stay moderate an iteration
 * is two products with the kernel K_ij = e^{(f_i + g_j − C_ij)/ε}, in which entries that underflow are too small to matter.
 * When they leave their range they are absorbed into f and g, one iteration is made in the log domain, and K is formed
 * again [Chizat2018, §3.3]: the numbers are those of the log domain, for a tenth of the work.
 */
import { type EntropicProblem, type Potentials, softMinimum } from "./entropic-problem.js";

/** How far u and v may go, as |log|. */
const MODERATE = 50;
/** The least sum of a row or column of the kernel that is trusted: what underflowed in it is below e^−700 of it. */
const TRUSTED = 1e-150;

/** When to end. */
export interface IterateOptions {
  /** The error of the rows that is small enough. */
  readonly until: number;
  /** The most iterations; one is made in any case. */
  readonly most: number;
}

/**
 * Iterates until the error of the rows is small enough, at least once: the columns are left as the potentials ask, so that no
 * mass is larger than its column. The error is Σ_i |Σ_j P_ij − a_i e^{−f_i/ρ₀}|.
 */
export function iterate(
  problem: EntropicProblem,
  potentials: Potentials,
  { until, most }: IterateOptions,
): { readonly iterations: number; readonly error: number } {
  let iterations = 0;
  for (;;) {
    const error = logIteration(problem, potentials);
    iterations++;
    if (error <= until || iterations >= most) return { iterations, error };
    const fast = kernelIterations(problem, potentials, { until, most: most - iterations });
    iterations += fast.iterations;
    if (fast.error <= until || iterations >= most) return { iterations, error: fast.error };
  }
}

/** One iteration in the log domain, and the error of the rows after it. */
function logIteration(problem: EntropicProblem, { f, g }: Potentials): number {
  const { epsilon, a, rho0, rho1 } = problem;
  const soft = softMinimum(problem, g, "rows");
  for (let i = 0; i < f.length; i++) f[i] = soft[i] / (1 + epsilon / rho0);
  const back = softMinimum(problem, f, "columns");
  for (let j = 0; j < g.length; j++) g[j] = back[j] / (1 + epsilon / rho1);
  const after = softMinimum(problem, g, "rows");
  return f.reduce((sum, v, i) => sum + a[i] * Math.abs(Math.exp((v - after[i]) / epsilon) - Math.exp(-v / rho0)), 0);
}

/** Iterations with a kernel, until they end or u and v leave their range; they are then part of the potentials. */
function kernelIterations(
  problem: EntropicProblem,
  { f, g }: Potentials,
  { until, most }: IterateOptions,
): { readonly iterations: number; readonly error: number } {
  const { cost, epsilon, a, b, rho0, rho1 } = problem;
  const [n, m] = [a.length, b.length];
  const kernel = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) kernel[at] = Math.exp((f[i] + g[j] - cost[at]) / epsilon);
  const [logU, logV] = [new Float64Array(n), new Float64Array(m)];
  const right = b.slice(); // b ∘ v
  const rows = new Float64Array(n); // Σ_j K_ij b_j v_j
  const columns = new Float64Array(m); // Σ_i K_ij a_i u_i
  let iterations = 0;
  let error = Infinity;
  multiply(kernel, right, rows);
  while (iterations < most && trusted(rows)) {
    for (let i = 0; i < n; i++) logU[i] = (-Math.log(rows[i]) - f[i] / rho0) / (1 + epsilon / rho0);
    multiplyTransposed(
      kernel,
      logU.map((value, i) => a[i] * Math.exp(value)),
      columns,
    );
    if (!trusted(columns)) {
      error = Infinity; // u moved and v did not: only the log domain can go on
      break;
    }
    for (let j = 0; j < m; j++) {
      logV[j] = (-Math.log(columns[j]) - g[j] / rho1) / (1 + epsilon / rho1);
      right[j] = b[j] * Math.exp(logV[j]);
    }
    multiply(kernel, right, rows);
    iterations++;
    error = 0;
    for (let i = 0; i < n; i++) {
      error += a[i] * Math.abs(Math.exp(logU[i]) * rows[i] - Math.exp(-(f[i] + epsilon * logU[i]) / rho0));
    }
    if (error <= until || !moderate(logU) || !moderate(logV)) break;
  }
  for (let i = 0; i < n; i++) f[i] += epsilon * logU[i];
  for (let j = 0; j < m; j++) g[j] += epsilon * logV[j];
  return { iterations, error };
}

const trusted = (sums: Float64Array): boolean => sums.every((sum) => sum >= TRUSTED && sum < Infinity);
const moderate = (logs: Float64Array): boolean => logs.every((log) => Math.abs(log) <= MODERATE);

/** K·x into `out`. */
function multiply(kernel: Float64Array, x: Float64Array, out: Float64Array): void {
  for (let i = 0, at = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < x.length; j++, at++) sum += kernel[at] * x[j];
    out[i] = sum;
  }
}

/** Kᵀ·x into `out`. */
function multiplyTransposed(kernel: Float64Array, x: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0, at = 0; i < x.length; i++) {
    const factor = x[i];
    for (let j = 0; j < out.length; j++, at++) out[j] += kernel[at] * factor;
  }
}
