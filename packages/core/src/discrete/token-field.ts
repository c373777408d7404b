import type { DiscretePath } from "./discrete-path.js";
import { type RateField, requireHazard, type TokenDenoiser } from "./rate-field.js";
import type { TokenAtoms } from "./token-atoms.js";
import { type TokenPosterior, tokenPosterior } from "./token-posterior.js";
import type { Tokens } from "./tokens.js";

/** The exact marginal of a mixture path over a finite data set. */
export interface TokenField {
  readonly path: DiscretePath;
  readonly atoms: TokenAtoms;
  readonly posterior: TokenPosterior;
  /**
   * u_t(y, x) = E[κ̇/(1 − κ)(δ_{z^l}(y) − δ_{x^l}(y)) | x], the rates that carry p_0 through every p_t to the data.
   * Rows add up to 0 and no rate to another token is negative, by construction. Eq. (M6)
   */
  readonly rates: RateField;
  /** p_{1|t}(z^l | x), at t = 1 too. Eq. (M5) */
  readonly denoiser: TokenDenoiser;
  /** log p_t(x), nats, into `out` [B]. Eq. (M3) */
  logDensity(t: number, x: Tokens, out: Float64Array): Float64Array;
}

/** The exact marginal rates, denoiser and density of a mixture path. @throws RangeError unless source and data fit. */
export function tokenField(path: DiscretePath, atoms: TokenAtoms): TokenField {
  const { schedule, source } = path;
  const posterior = tokenPosterior(source, atoms);
  const { length, vocabulary } = posterior;
  return {
    path,
    atoms,
    posterior,
    rates: {
      kind: "rates",
      length,
      vocabulary,
      evaluate(t, x, out) {
        const hazard = requireHazard(schedule, t);
        posterior.turns(x, schedule.at(t), out);
        for (let at = 0; at < out.length; at++) out[at] *= hazard;
        return out;
      },
    },
    denoiser: { kind: "denoiser", length, vocabulary, evaluate: (t, x, out) => posterior.denoise(x, schedule.at(t), out) },
    logDensity: (t, x, out) => posterior.logDensity(x, schedule.at(t), out),
  };
}
