/**
 * How much of e^u a truncated expansion leaves out. For an atom at d from the mean of its node, with g = (α/v)(x − αm) and
 * h = α²/v, its logit is that of the mean plus u = g·d − h‖d‖²/2, and
 *
 *     e^u = Σ_a d^a/a! · H_a(g),   H_a = Π_j H_{a_j}(g_j),   H_{n+1}(g) = g H_n − n h H_{n−1},
 *
 * the generating function of the Hermite polynomials (for h = 1), by total degree n = |a|. The terms of degree n are the
 * coefficient of τⁿ in e^{(g·d)τ − (h‖d‖²/2)τ²}, whose absolute value is at most that of the majorant e^{aτ + cτ²} with
 * a = ‖g‖ρ, c = hρ²/2, ρ ≥ ‖d‖: t₀ = 1, (n + 1)t_{n+1} = a t_n + 2c t_{n−1}. Averaged over a node, degree n ≥ 2 gains
 * E‖d‖ⁿ ≤ ρⁿκ, κ = E‖d‖²/ρ². [Greengard1991] expands in the same polynomials for sums with an absolute error; here the error
 * is relative to the mass of a node, because a posterior far from the data lives on tiny weights.
 */

/** 1/(n + 1). */
const INVERSE = Float64Array.from({ length: 32 }, (_, n) => 1 / (n + 1));

/** T_n = Σ_{m ≥ n} t_m for n = 0 … order + 1, into `out`, enlarged beyond the rounding of e^{a+c} − Σ_{m<n} t_m. */
export function majorantTails(a: number, c: number, order: number, out: Float64Array): Float64Array {
  const total = Math.exp(a + c);
  const rounding = (order + 6) * Number.EPSILON * total;
  let rest = total;
  let before = 0;
  let term = 1;
  for (let n = 0; n <= order + 1; n++) {
    out[n] = rest + rounding;
    rest -= term;
    const next = (a * term + 2 * c * before) * (INVERSE[n] ?? 0);
    before = term;
    term = next;
  }
  return out;
}
