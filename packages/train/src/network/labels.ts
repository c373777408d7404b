/** The label of points without a class. */
export const NULL_LABEL = -1;

/**
 * Labels [B] as rows of y, [B, K]: 1 in the column of the class, zeros for the null label.
 * @throws RangeError for a label that is neither −1 nor a class, which every label is of a network without classes.
 */
export function oneHot(label: Int32Array, classes: number): Float32Array {
  const y = new Float32Array(label.length * classes);
  label.forEach((k, b) => {
    if (k < NULL_LABEL || k >= classes) {
      const expected = classes === 0 ? "-1, for the network has no classes" : `-1 (none) or 0 … ${classes - 1}`;
      throw new RangeError(`Cannot condition the network: the label of point ${b} is ${k}; expected ${expected}`);
    }
    if (k !== NULL_LABEL) y[b * classes + k] = 1;
  });
  return y;
}
