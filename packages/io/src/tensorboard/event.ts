import { joined } from "../bytes/index.js";
import { bytesField, doubleField, floatField, intField, type Message, textField } from "../onnx/wire.js";
import { tfRecord } from "./tf-record.js";

/** Numbers that belong to one step of a training. */
export interface ScalarEvent {
  readonly step: number;
  /** Seconds since 1970 in TensorBoard's own files; any increasing number serves. */
  readonly wallTime: number;
  /** By tag, as `train/loss`. */
  readonly values: Readonly<Record<string, number>>;
}

/**
 * The first record of an event file, which says that it is one. A file is this record and then those of `eventRecord`, one after
 * another; TensorBoard finds it by a name that contains `tfevents`.
 */
export function eventFileHeader(wallTime = 0): Uint8Array {
  return tfRecord(bytesOf([...doubleField(1, wallTime), ...textField(3, "brain.Event:2")]));
}

/**
 * One record: the message `tensorflow.Event` { double wall_time = 1; int64 step = 2; Summary summary = 5 } with one
 * `Summary.Value` { string tag = 1; float simple_value = 2 } a tag.
 * @throws RangeError for a step that is no integer from 0.
 */
export function eventRecord({ step, wallTime, values }: ScalarEvent): Uint8Array {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`Cannot write the event: step is ${step}; expected an integer of at least 0`);
  }
  const summary = Object.entries(values).flatMap(([tag, value]) =>
    bytesField(1, [...textField(1, tag), ...floatField(2, value)]),
  );
  return tfRecord(bytesOf([...doubleField(1, wallTime), ...intField(2, step), ...bytesField(5, summary)]));
}

const bytesOf = (message: Message): Uint8Array => joined([...message]);
