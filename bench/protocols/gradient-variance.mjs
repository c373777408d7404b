/**
 * tr Cov of the gradient of one batch, and the squared norm of the mean gradient, both without bias, over batches that both
 * losses share: the same points, so that only what is regressed on differs. Eq. (M8)
 * @param {import("@fluxion/train").Learner} learner @param {readonly import("@fluxion/train").TrainingBatch[]} batches
 */
export async function gradientVariance(learner, batches) {
  const n = batches.length;
  /** @type {Float64Array | undefined} */
  let sum;
  let squares = 0;
  for (const batch of batches) {
    const { gradient } = await learner.gradient(batch);
    sum ??= new Float64Array(gradient.length);
    for (let i = 0; i < gradient.length; i++) {
      sum[i] += gradient[i];
      squares += gradient[i] ** 2;
    }
  }
  const meanSquare = (sum ?? new Float64Array()).reduce((total, g) => total + (g / n) ** 2, 0);
  const variance = (squares - n * meanSquare) / (n - 1);
  return { variance, meanSquare: meanSquare - variance / n };
}
