// Discrete flow matching on text at character level: every word is unmasked letter by letter by the exact jump process.
import {
  condOt,
  detokenise,
  discretePath,
  drawSourceTokens,
  fork,
  jumpTokens,
  kappaOf,
  maskSource,
  rngOf,
  solveTokens,
  textVocabulary,
  tokenAtoms,
  tokenField,
  tokenise,
} from "@fluxion/core";

const words = ["flow", "glow", "slow", "fold", "gold", "sold", "gown", "down"];
const vocabulary = textVocabulary(words.join(""));
const data = tokenAtoms(tokenise(words, vocabulary));
const path = discretePath(kappaOf(condOt()), maskSource(vocabulary.size));
const field = tokenField(path, data);

const rng = rngOf(1);
const noise = drawSourceTokens(path.source, fork(rng, "source"), { length: 4, size: 6 });
for (const to of [0.3, 0.7, 1 - 1e-9]) {
  const { x } = solveTokens(jumpTokens(noise, { rng, schedule: path.schedule, to }), field.rates);
  console.log(`t = ${to.toFixed(1)}: ${detokenise(x, vocabulary).join(" ")}`);
}

const guess = tokenise(["□o□d"], vocabulary);
const p = field.denoiser.evaluate(0.5, guess, new Float64Array(4 * vocabulary.size));
const first = words.map((word) => word[0]).filter((letter, i, all) => all.indexOf(letter) === i);
console.log(`□o□d begins with ${first.map((c) => `${c} ${p[vocabulary.characters.indexOf(c)].toFixed(2)}`).join(", ")}`);
//> t = 0.3: □□w□ □□□□ □□□□ □□ld □o□□ □□w□
//> t = 0.7: □□wn □l□w □□wn g□ld gown □own
//> t = 1.0: gown flow gown gold gown down
//> □o□d begins with f 0.33, g 0.33, s 0.33, d 0.00
