import type { Points } from "../points/index.js";
import type { Coefficients } from "../scheduler/index.js";
import type { Certificate } from "./certificate.js";
import type { DataLimit, Means, Moments, TopWeights, Want } from "./posterior.js";
import { type MeanQuantity, type Quantity, quantities, recipes } from "./quantity.js";

/** Options of one evaluation of several quantities. */
export interface QuantityOptions {
  /** How many of the largest posterior weights to return. @defaultValue 0 */
  readonly top?: number;
  /** Directions v of the Jacobian-vector product "jvp", [B, D]. */
  readonly tangent?: Points;
}

/** Values by name, `[B, D]` or `[B]` row-major, with the largest weights and what kind of promise they carry. */
export interface Quantities {
  readonly values: Partial<Record<Quantity, Float64Array>>;
  readonly top: TopWeights;
  readonly certificate: Certificate;
}

/** Where a field is asked: the time, its coefficients, and the points [B, D]. */
export interface Place {
  readonly t: number;
  readonly at: Coefficients;
  readonly x: Points;
}

/** Throws unless every name is known and a Jacobian-vector product has its directions. */
export function requireQuantities(names: readonly Quantity[], x: Points, { tangent }: QuantityOptions): void {
  for (const name of names) {
    if (Object.hasOwn(recipes, name)) continue;
    throw new RangeError(`Cannot evaluate "${name}": no such quantity; expected one of ${quantities.join(", ")}`);
  }
  if (names.includes("jvp") && (tangent?.dim !== x.dim || tangent.size !== x.size)) {
    throw new RangeError(
      `Cannot evaluate a Jacobian-vector product: directions are [${tangent?.size ?? 0}, ${tangent?.dim ?? 0}]; expected [${x.size}, ${x.dim}]`,
    );
  }
}

/** What a scan must compute for these quantities. */
export function wantOf(names: readonly Quantity[], { top = 0, tangent }: QuantityOptions): Want {
  return {
    spread: names.some((name) => recipes[name].spread),
    top,
    ...(names.includes("jvp") && tangent ? { tangent } : {}),
  };
}

/** The quantities of a scan. @throws RangeError for one that is not finite. */
export function quantitiesFrom(names: readonly Quantity[], place: Place, moments: Moments): Omit<Quantities, "certificate"> {
  const values: Partial<Record<Quantity, Float64Array>> = {};
  for (const name of names) values[name] = quantityFrom(name, place, moments);
  return { values, top: moments.top };
}

/** The quantities that follow from the means, without the largest weights. @throws RangeError for one that is not finite. */
export function quantitiesFromMeans(names: readonly MeanQuantity[], place: Place, means: Means): Omit<Quantities, "certificate"> {
  const values: Partial<Record<Quantity, Float64Array>> = {};
  for (const name of names) values[name] = finite(name, place, recipes[name].of(means, place.at, place.x));
  return { values, top: { count: 0, indices: new Int32Array(0), weights: new Float64Array(0) } };
}

/** One quantity of a scan. @throws RangeError where it is not finite, with the reason that the coefficients give. */
export function quantityFrom(name: Quantity, place: Place, moments: Moments): Float64Array {
  return finite(name, place, recipes[name].of(moments, place.at, place.x));
}

function finite(name: Quantity, { t, at }: Place, values: Float64Array): Float64Array {
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return values;
  const infinite = Object.entries(at).filter(([, v]) => !Number.isFinite(v));
  const reason = infinite.length > 0 ? ` where ${infinite.map(([key, v]) => `${key} = ${v}`).join(", ")}` : "";
  throw new RangeError(
    `Cannot evaluate "${name}" at t = ${t}${reason}: value ${bad} is ${values[bad]}; expected a finite number`,
  );
}

/** The quantities that have a limit at the data. @throws RangeError for one that diverges there. */
export function quantitiesAtData(names: readonly Quantity[], limit: DataLimit): Omit<Quantities, "certificate"> {
  const values: Partial<Record<Quantity, Float64Array>> = {};
  for (const name of names) values[name] = recipes[name].atData?.(limit) ?? refuseAtData(name);
  return { values, top: limit.top };
}

/** Says why a quantity has no value at β = 0 over atoms. */
export function refuseAtData(name: Quantity): never {
  const known = quantities.filter((other) => recipes[other].atData).join(", ");
  throw new RangeError(
    `Cannot evaluate "${name}" at t = 1: it diverges, since the path ends on the data points (β = 0); expected t < 1, or one of ${known}`,
  );
}
