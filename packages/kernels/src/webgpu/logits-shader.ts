import { type RowLayout, TILE } from "./layout.js";
import { each, productLoop, productTiles, SHAPE } from "./product-loop.js";

/** Logits q·y + bias of all pairs of a tile of queries and a tile of atoms; q is (α/v)(x − αc). Eq. (M5) */
export const logitsShader = (layout: Pick<RowLayout, "step">): string => /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> queries: array<vec4<f32>>; // [rows, P]
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [stride]
@group(0) @binding(4) var<storage, read_write> logits: array<f32>; // [rows, stride]
${productTiles(layout)}
@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let tx = local.x;
  let ty = local.y;
  ${productLoop(layout, {
    row: `queries[(group.y * ${TILE}u + r) * shape.quads + k + c]`,
    term: (y) => `dot(x, ${y})`,
  })}
  let atom = group.x * ${TILE}u + tx;
  let shift = vec4<f32>(${each(4, (m) => `bias[atom + ${16 * m}u]`, ", ")});
  ${each(
    4,
    (j) => `let at${j} = (group.y * ${TILE}u + ty + ${16 * j}u) * shape.stride + atom;
  let logit${j} = total${j} + shift;
  ${each(4, (m) => `logits[at${j} + ${16 * m}u] = logit${j}[${m}];`, "\n  ")}`,
    "\n  ",
  )}
}
`;
