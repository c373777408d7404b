import { joined } from "../bytes/index.js";
import { buildGraph, type OnnxGraph } from "./graph.js";
import { bytesField, intField, textField } from "./wire.js";

/** Options of `writeOnnx`. */
export interface WriteOnnxOptions {
  /** Version of the standard operators. @defaultValue 18 */
  readonly opset?: number;
  /** Versions of other operators by domain; those of "com.microsoft" are known. */
  readonly domains?: Readonly<Record<string, number>>;
  /** Name of the graph. @defaultValue "main" */
  readonly name?: string;
  /** Texts that the file carries. @defaultValue none */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Version 8 of the format, which every operator set from 15 to 18 was published with. */
const FORMAT = 8;

/** The largest message that readers of protobuf take. */
const LARGEST = 2 ** 31 - 1;

/**
 * An ONNX model: the bytes that ONNX Runtime and other readers load. The same calls always give the same bytes.
 * @throws RangeError for a graph that is wrong in itself, an operator of a domain without a version, or 2 GiB and more.
 */
export function writeOnnx(build: (graph: OnnxGraph) => void, options: WriteOnnxOptions = {}): Uint8Array<ArrayBuffer> {
  const { opset = 18, domains = {}, name = "main", metadata = {} } = options;
  const versions: Readonly<Record<string, number>> = { "com.microsoft": 1, ...domains, "": requireOpset(opset) };
  const graph = buildGraph(name, build);
  const imports = [...new Set(["", ...graph.domains])].sort().flatMap((domain) => {
    const version = versions[domain];
    if (version === undefined) {
      throw new RangeError(`Cannot write ONNX: an operator is of the domain "${domain}"; expected its version in "domains"`);
    }
    return bytesField(8, [...textField(1, domain), ...intField(2, version)]);
  });
  const message = [
    ...intField(1, FORMAT),
    ...textField(2, "fluxion"),
    ...bytesField(7, graph.message),
    ...imports,
    ...Object.entries(metadata).flatMap(([key, text]) => bytesField(14, [...textField(1, key), ...textField(2, text)])),
  ];
  const bytes = message.reduce((total, piece) => total + piece.length, 0);
  if (bytes <= LARGEST) return joined(message);
  throw new RangeError(`Cannot write ONNX: the model has ${bytes} bytes; expected at most ${LARGEST}, the limit of protobuf`);
}

function requireOpset(opset: number): number {
  if (Number.isInteger(opset) && opset >= 15 && opset <= 18) return opset;
  throw new RangeError(`Cannot write ONNX: the operator set is ${opset}; expected a whole number from 15 to 18`);
}
