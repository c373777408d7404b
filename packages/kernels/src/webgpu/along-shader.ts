import { CHUNK, type RowLayout, TILE } from "./layout.js";
import { each, productLoop, productTiles, SHAPE } from "./product-loop.js";

/**
 * Turns weights into w·(y − m)·v in place, m the mean of the chunk and v the direction of the row: how far an atom lies along
 * it. Differences come before products, so that nothing cancels.
 */
export const alongShader = (layout: Pick<RowLayout, "step">): string => /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read_write> weights: array<f32>; // [rows, stride], products afterwards
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
@group(0) @binding(3) var<storage, read> means: array<vec4<f32>>; // [chunks, rows, P]
@group(0) @binding(4) var<storage, read> directions: array<vec4<f32>>; // [rows, P]
${productTiles(layout, ["rowTile", "otherTile", "atomTile"])}
@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let tx = local.x;
  let ty = local.y;
  let chunk = group.x * ${TILE}u / ${CHUNK}u;
  ${productLoop(layout, {
    row: `means[(chunk * shape.rows + group.y * ${TILE}u + r) * shape.quads + k + c]`,
    other: `directions[(group.y * ${TILE}u + r) * shape.quads + k + c]`,
    term: (y) => `dot(${y} - x, v)`,
  })}
  ${each(
    4,
    (j) => `let at${j} = (group.y * ${TILE}u + ty + ${16 * j}u) * shape.stride + group.x * ${TILE}u + tx;
  ${each(4, (m) => `weights[at${j} + ${16 * m}u] *= total${j}[${m}];`, "\n  ")}`,
    "\n  ",
  )}
}
`;
