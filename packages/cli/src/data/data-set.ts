import type { Atoms } from "@fluxion/core";
import type { Labels } from "@fluxion/io";

/** A data set, ready for the mathematics. */
export interface DataSet {
  /** How it was asked for, as "digits", "moons:2000" or a file. */
  readonly name: string;
  /** p_data on distinct points. */
  readonly atoms: Atoms;
  /** Rows of the data as given, repeats included. */
  readonly rows: number;
  /** The first row, as given, of every atom, [N]. */
  readonly firstRow: Int32Array;
  /** Classes of the rows as given. */
  readonly labels: Labels | undefined;
  /** The picture that a row is. */
  readonly image: { readonly width: number; readonly height: number } | undefined;
  /** Whose work the data are, where that must be said. */
  readonly attribution: string | undefined;
  /** Where the points lie, when that is not all of R^D: on the sphere, in R³. */
  readonly manifold?: "sphere" | undefined;
  /** Width of the Gaussian around every atom. */
  readonly bandwidth: number;
  /** SHA-256 of points, weights and bandwidth: what the mathematics sees. */
  readonly digest: string;
}
