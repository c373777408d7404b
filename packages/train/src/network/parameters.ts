import { type Shape, sizeOf } from "../engine/index.js";

/** One array of a network's parameters and where it lies in the flat vector θ. */
export interface Parameter {
  /** For example `layers.0.weight`. */
  readonly name: string;
  /** Weights are [fanOut, fanIn] as in PyTorch, biases [fanOut]. */
  readonly shape: Shape;
  /** Index of its first number in θ. */
  readonly offset: number;
  readonly size: number;
}

/** The parameter of a name and shape whose first number is θ[offset]. */
export function parameter(name: string, shape: Shape, offset: number): Parameter {
  return { name, shape, offset, size: sizeOf(shape) };
}

/** P, the length of θ. */
export function parameterCount(parameters: readonly Parameter[]): number {
  return parameters.reduce((count, { size }) => count + size, 0);
}

/** Views of θ by name; nothing is copied. @throws RangeError when θ does not have P numbers. */
export function namedParameters(parameters: readonly Parameter[], theta: Float32Array): Record<string, Float32Array> {
  const count = parameterCount(parameters);
  if (theta.length !== count) {
    throw new RangeError(`Cannot name the parameters: there are ${theta.length} numbers; expected ${count}`);
  }
  return Object.fromEntries(parameters.map(({ name, offset, size }) => [name, theta.subarray(offset, offset + size)]));
}

/**
 * θ from arrays by name, the inverse of `namedParameters`.
 * @throws RangeError when an array is missing, unknown, or has another length.
 */
export function flatParameters(
  parameters: readonly Parameter[],
  named: Readonly<Record<string, ArrayLike<number>>>,
): Float32Array {
  const theta = new Float32Array(parameterCount(parameters));
  for (const { name, shape, offset, size } of parameters) {
    const values = Object.hasOwn(named, name) ? named[name] : undefined;
    if (values?.length !== size) {
      throw new RangeError(
        `Cannot read the parameters: "${name}" has ${values?.length ?? "no"} numbers; expected ${size} for shape [${shape.join(", ")}]`,
      );
    }
    theta.set(values, offset);
  }
  const stranger = Object.keys(named).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (stranger !== undefined) {
    throw new RangeError(
      `Cannot read the parameters: "${stranger}" is not a parameter of this network; expected ${parameters.map(({ name }) => name).join(", ")}`,
    );
  }
  return theta;
}
