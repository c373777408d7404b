import type { Points } from "@fluxion/core";
import { cellCentres } from "../geometry/frame.js";
import type { LabState } from "../state/lab-state.js";
import { type Figures, figuresAt } from "./figures.js";
import { type Balance, balanceAt, balanceHere, conditionalMap, marginalMap, velocityMap } from "./maps.js";
import { type Model, modelOf } from "./model.js";
import { flights } from "./particles.js";

/** Cells along a side of a map, and arrows along a side of a field. */
const CELLS = 48;
const ARROWS = 13;

/** What the views of one state draw, each part computed when a view first asks and kept until what it depends on changes. */
export interface Lab {
  readonly model: Model;
  readonly figures: Figures;
  readonly conditional: () => Float64Array;
  readonly marginal: () => Float64Array;
  readonly arrows: () => { readonly at: Points; readonly velocity: Points };
  readonly balance: () => Balance;
  readonly here: () => ReturnType<typeof balanceHere>;
  readonly flights: () => readonly Points[];
}

/** A function of the state with the last answer of every part kept. */
export function labMaker(): (state: LabState) => Lab {
  const kept = new Map<string, { readonly key: string; readonly value: unknown }>();
  function keep<T>(name: string, key: string, make: () => T): T {
    const known = kept.get(name);
    if (known?.key === key) return known.value as T;
    const value = make();
    kept.set(name, { key, value });
    return value;
  }
  return (state) => {
    const { data, seed, t, x } = state;
    const set = `${data} ${seed}`;
    const time = `${set} ${t}`;
    const place = `${time} ${x}`;
    const model = keep("model", set, () => modelOf(state));
    const cells = keep("cells", set, () => cellCentres(model.reach, CELLS));
    const figures = keep("figures", place, () => figuresAt(model, state));
    const heaviest = figures.top[0]?.index ?? 0;
    return {
      model,
      figures,
      conditional: () => keep("conditional", `${time} ${heaviest}`, () => conditionalMap(model, t, heaviest, cells)),
      marginal: () => keep("marginal", time, () => marginalMap(model, t, cells)),
      arrows: () =>
        keep("arrows", time, () => {
          const at = cellCentres(model.reach, ARROWS);
          return { at, velocity: velocityMap(model, t, at) };
        }),
      balance: () => keep("balance", time, () => balanceAt(model, t, cells)),
      here: () => keep("here", place, () => balanceHere(model, state)),
      flights: () => keep("flights", set, () => flights(model, seed)),
    };
  };
}
