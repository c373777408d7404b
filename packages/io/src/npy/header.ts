import { decodeLatin1, decodeUtf8, section, sectionView } from "../bytes/index.js";
import { type PythonLiteral, parsePythonLiteral } from "./python-literal.js";

/** What the header of an npy file says. */
export interface NpyHeader {
  /** numpy's name of the element type, as "<f8". */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly dataStart: number;
}

/** The six bytes of every npy file. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether the bytes begin as an npy file does, `93 "NUMPY"`. */
export function isNpy(bytes: Uint8Array): boolean {
  return NPY_MAGIC.every((byte, i) => bytes[i] === byte);
}

function headerText(bytes: Uint8Array): { readonly text: string; readonly end: number } {
  if (!isNpy(bytes)) throw new SyntaxError("Cannot read npy: the file does not begin with 93 NUMPY; expected an npy file");
  const [major = 0, minor = 0] = section(bytes, 6, 2, "npy version");
  if (major < 1 || major > 3 || minor !== 0) {
    throw new SyntaxError(`Cannot read npy: the version is ${major}.${minor}; expected 1.0, 2.0 or 3.0`);
  }
  const start = major === 1 ? 10 : 12;
  const sizes = sectionView(bytes, 8, start - 8, "npy header length");
  const length = major === 1 ? sizes.getUint16(0, true) : sizes.getUint32(0, true);
  const raw = section(bytes, start, length, "npy header");
  return { text: major === 3 ? decodeUtf8(raw, "npy header") : decodeLatin1(raw), end: start + length };
}

function field(header: ReadonlyMap<string, PythonLiteral>, name: string): PythonLiteral {
  const found = header.get(name);
  if (found === undefined)
    throw new SyntaxError(`Cannot read npy: the header lacks '${name}'; expected descr, fortran_order and shape`);
  return found;
}

/**
 * Reads the header of an npy file, versions 1.0 to 3.0.
 * @throws SyntaxError when it is cut short, no Python dict of the three keys, or describes a structured array.
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  const { text, end } = headerText(bytes);
  const header = parsePythonLiteral(text);
  if (!(header instanceof Map))
    throw new SyntaxError("Cannot read npy: the header is not a dict; expected descr, fortran_order and shape");
  const descr = field(header, "descr");
  const fortranOrder = field(header, "fortran_order");
  const shape = field(header, "shape");
  if (header.size !== 3)
    throw new SyntaxError(`Cannot read npy: the header has ${header.size} keys; expected descr, fortran_order and shape`);
  if (typeof descr !== "string") {
    throw new SyntaxError("Cannot read npy: the elements are records with fields; expected plain numbers, one array a field");
  }
  if (typeof fortranOrder !== "boolean")
    throw new SyntaxError("Cannot read npy: fortran_order is no truth value; expected True or False");
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new SyntaxError("Cannot read npy: the shape is no tuple of whole numbers; expected one such as (60000, 784)");
  }
  return { descr, fortranOrder, shape, dataStart: end };
}
