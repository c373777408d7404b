import { dopri5 } from "./dormand-prince.js";
import { type EmbeddedTableau, euler, heun, midpoint, rk4, type Tableau } from "./tableau.js";

/** The Runge–Kutta methods by the name that a spec writes. */
export interface Tableaus {
  readonly euler: Tableau;
  readonly midpoint: Tableau;
  readonly heun: Tableau;
  readonly rk4: Tableau;
  readonly dopri5: EmbeddedTableau;
}

/** A name that `tableaus` knows. */
export type TableauName = keyof Tableaus;

/** The registry of Runge–Kutta methods: each under its own `name`. */
export const tableaus: Tableaus = { euler, midpoint, heun, rk4, dopri5 };

/**
 * The Runge–Kutta method of a name, the inverse of `Tableau.name`.
 * @throws RangeError when the name is unknown.
 */
export function tableauNamed(name: string): Tableau {
  if (Object.hasOwn(tableaus, name)) return tableaus[name as TableauName];
  throw new RangeError(
    `Cannot choose the Runge–Kutta method "${name}": no such method; expected one of ${Object.keys(tableaus).join(", ")}`,
  );
}
