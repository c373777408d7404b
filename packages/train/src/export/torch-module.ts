import { type Network, timeFeatures, timesOf } from "../network/index.js";
import { unetForward } from "./torch-unet.js";
import { isSequential } from "./weight-names.js";

/**
 * The source of a PyTorch module with the same forward pass, which reads the weights of `weightNames` from the safetensors file
 * beside it, and writes them back after further training. It needs PyTorch alone.
 * @throws RangeError for a network that is neither an mlp nor a residual mlp, or takes two times.
 */
export function torchModule(network: Network): string {
  if (timesOf(network) === 2) {
    throw new RangeError("Cannot write a PyTorch module: the network takes two times; expected a network of one");
  }
  if (timesOf(network) === 2) {
    throw new RangeError("Cannot write a PyTorch module: the network takes times: 2; expected times: 1 (export it to ONNX)");
  }
  return [HEADER, features(network), CLASS, forwardOf(network).trimEnd(), LOADER].join("\n\n");
}

const HEADER = `"""A velocity network v(t, x), trained by Fluxion. t = 0 is noise, t = 1 is data."""

import json
import struct
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F`;

const CLASS = `
class Velocity(nn.Module):
    """v(t, x[, y]): times [B], points [B, D] and one-hot classes [B, K] to velocities [B, D]."""

    def __init__(self, weights):
        super().__init__()
        self.names = list(weights)
        self.w = nn.ParameterDict({name.replace(".", "_"): nn.Parameter(value) for name, value in weights.items()})

    def linear(self, name, x):
        return F.linear(x, self.w[name + "_weight"], self.w[name + "_bias"])`;

const LOADER = `
def load(path=Path(__file__).with_suffix(".safetensors")):
    """The network with the weights of a safetensors file."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    weights = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        weights[name] = flat.reshape(entry["shape"])
    return Velocity(weights)


def save(network, path):
    """Writes the weights under the names they were read with, for load() and for fluxion import."""
    header, parts, at = {}, [], 0
    for name in network.names:
        value = network.w[name.replace(".", "_")].detach().cpu().float().contiguous()
        part = struct.pack(f"<{value.numel()}f", *value.flatten().tolist())
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
`;

/** φ(t) of t [B, 1]. */
function features({ spec }: Network): string {
  if (spec.kind === "custom") return "";
  const { withTime, frequencies } = timeFeatures(spec.time);
  const begin = "\ndef time_features(t):\n";
  if (frequencies.length === 0) return `${begin}    return t`;
  const parts = [...(withTime ? ["t"] : []), "torch.cos(angles)", "torch.sin(angles)"];
  return `${begin}    angles = t * torch.tensor([${frequencies.join(", ")}], dtype=t.dtype, device=t.device)
    return torch.cat([${parts.join(", ")}], 1)`;
}

function forwardOf(network: Network): string {
  const { spec } = network;
  switch (spec.kind) {
    case "mlp":
      return mlpForward(spec, isSequential(network));
    case "residual-mlp":
      return residualForward(spec);
    case "unet":
      return unetForward(spec, embedding(spec));
    case "custom":
      throw new RangeError(
        `Cannot write a PyTorch module: the network "${spec.name}" is your own; expected mlp, residual-mlp or unet (ONNX takes any)`,
      );
  }
}

type SpecOf<K extends string> = Extract<Network["spec"], { readonly kind: K }>;

const HEAD = "    def forward(self, t, x, y=None):";

function mlpForward({ depth, activation, residual, classes }: SpecOf<"mlp">, sequential: boolean): string {
  const name = sequential ? 'f"net_{2 * i}"' : 'f"layers_{i}"';
  const byClass = ["            if i == 0 and y is not None:", '                a = a + F.linear(y, self.w["classes_weight"])'];
  const next = residual ? "h + phi if i > 0 else phi" : "phi";
  return [
    HEAD,
    "        h = torch.cat([x, time_features(t.reshape(-1, 1))], 1)",
    `        for i in range(${depth}):`,
    `            a = self.linear(${name}, h)`,
    ...(classes > 0 ? byClass : []),
    ...(residual
      ? [`            phi = ${torchName(activation)}(a)`, `            h = ${next}`]
      : [`            h = ${torchName(activation)}(a)`]),
    `        return self.linear("${sequential ? `net_${2 * depth}` : `layers_${depth}`}", h)\n`,
  ].join("\n");
}

function residualForward({ depth, width, activation, classes }: SpecOf<"residual-mlp">): string {
  return [
    "    def film(self, name, x, e):",
    "        scale, shift = self.linear(name, e).chunk(2, 1)",
    `        return F.layer_norm(x, [${width}]) * (1 + scale) + shift`,
    "",
    HEAD,
    ...embedding({ classes }),
    '        h = self.linear("in", x)',
    `        for i in range(${depth}):`,
    '            a = self.linear(f"blocks_{i}_0", self.film(f"blocks_{i}_film", h, e))',
    `            h = h + self.linear(f"blocks_{i}_1", ${torchName(activation)}(a))`,
    '        return self.linear("out", self.film("out_film", h, e))\n',
  ].join("\n");
}

/** e of time and class, as `embedding` of the networks makes it. */
function embedding({ classes }: { readonly classes: number }): readonly string[] {
  return [
    '        e = self.linear("time_1", F.silu(self.linear("time_0", time_features(t.reshape(-1, 1)))))',
    ...(classes > 0 ? ["        if y is not None:", '            e = e + F.linear(y, self.w["classes_weight"])'] : []),
    "        e = F.silu(e)",
  ];
}

const torchName = (activation: string): string => (activation === "tanh" ? "torch.tanh" : `F.${activation}`);
