export * from "./corrector.js";
export { type DiscretePath, discretePath, drawTokenPath, type TokenEnds } from "./discrete-path.js";
export * from "./enumerate-tokens.js";
export { type EulerTokensOptions, eulerTokens, type TokenStepOptions } from "./euler-tokens.js";
export * from "./forward-equation.js";
export * from "./grid-checkerboard.js";
export * from "./jump-tokens.js";
export * from "./kappa-schedule.js";
export * from "./leap-tokens.js";
export { asyncDenoiserRates, denoiserRates, type RateField, requireRates, type TokenDenoiser } from "./rate-field.js";
export * from "./text.js";
export * from "./token-atoms.js";
export * from "./token-bound.js";
export * from "./token-field.js";
export * from "./token-floor.js";
export {
  generalisedKl,
  type TokenPrediction,
  tokenCrossEntropy,
  tokenSoftmax,
} from "./token-loss.js";
export * from "./token-posterior.js";
export * from "./token-solve.js";
export { drawSourceTokens, maskSource, type TokenSource, tokenSource, uniformTokens } from "./token-source.js";
export { copyTokens, sequenceOf, type TokenShape, type Tokens, takeSequences, tokens, tokensOf } from "./tokens.js";
