import type { Engine, Resident } from "../engine/index.js";
import { type Network, NULL_LABEL } from "../network/index.js";
import { guidedField } from "./guided-field.js";
import type { Label } from "./label-rows.js";
import { labelledField, type NetworkField } from "./network-field.js";
import { type NetworkPrograms, networkPrograms } from "./velocity-programs.js";

/** What a field of a network with classes is conditioned on. */
export interface Condition {
  /** One class for all points or one for each, −1 for none. @defaultValue −1 */
  readonly label?: Label;
  /**
   * w of classifier-free guidance, v_∅ + w·(v_y − v_∅) [HoSalimans2022]: 1 is the conditional field itself, 0 the
   * unconditional one, more than 1 a field that no path has. @defaultValue 1
   */
  readonly guidance?: number;
}

/**
 * The field of parameters that live in an engine; it follows them while they are trained on.
 * @throws RangeError for a guidance weight that is not finite; on evaluation, for a label that is no class.
 */
export function networkField(engine: Engine, network: Network, theta: Resident, condition: Condition = {}): NetworkField {
  return conditionedField(networkPrograms(engine, network), theta, condition);
}

/** The same, on programs that several fields share. */
export function conditionedField(programs: NetworkPrograms, theta: Resident, condition: Condition): NetworkField {
  const { label = NULL_LABEL, guidance = 1 } = condition;
  if (!Number.isFinite(guidance)) {
    throw new RangeError(`Cannot guide the network: the weight is ${guidance}; expected a finite number`);
  }
  const own = labelledField(programs, theta, label);
  if (guidance === 1) return own;
  return guidedField(labelledField(programs, theta, NULL_LABEL), own, guidance);
}
