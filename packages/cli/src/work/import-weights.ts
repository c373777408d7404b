import { readSafetensors } from "@fluxion/io";
import { flatParameters, type Network, weightNames } from "@fluxion/train";
import { badInput } from "../errors.js";
import { type FileSystem, readBytes } from "../files/index.js";

/**
 * θ from a safetensors file that PyTorch or Fluxion wrote for the same shapes, [P]: under our own names of the arrays, or
 * those of a `Sequential` called `net`. float64, float16 and bfloat16 are rounded to float32 or widened.
 * @throws CliError, exit code 2, naming the first array that is missing, too much, misshapen or not finite.
 */
export function readWeightsFile(files: FileSystem, path: string, network: Network): Float32Array {
  const { tensors } = readSafetensors(readBytes(files, path));
  const own = network.parameters.map(({ name }) => name);
  const torch = weightNames(network);
  const [first = ""] = torch;
  const names = Object.hasOwn(tensors, first) ? torch : own;
  const named: Record<string, Float32Array> = {};
  for (const [i, { name, shape }] of network.parameters.entries()) {
    const key = names[i] ?? name;
    const tensor = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
    const found = tensor === undefined ? "missing" : `[${tensor.shape.join(", ")}]`;
    if (tensor === undefined || found !== `[${shape.join(", ")}]`) {
      throw badInput(`Cannot read the weights "${path}": "${key}" is ${found}; expected shape [${shape.join(", ")}]`);
    }
    if (tensor.dtype !== "float32" && tensor.dtype !== "float64") {
      throw badInput(`Cannot read the weights "${path}": "${key}" has dtype ${tensor.dtype}; expected floating-point numbers`);
    }
    const values = Float32Array.from(tensor.data as Float32Array);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      throw badInput(`Cannot read the weights "${path}": "${key}" has ${values[at]} at ${at}; expected finite float32 numbers`);
    }
    named[name] = values;
  }
  const stranger = Object.keys(tensors).find((key) => !names.includes(key));
  if (stranger !== undefined) {
    throw badInput(
      `Cannot read the weights "${path}": "${stranger}" is no array of the network; expected ${names.join(", ")} and no others`,
    );
  }
  return flatParameters(network.parameters, named);
}
