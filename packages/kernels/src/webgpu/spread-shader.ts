import { CHUNK, type RowLayout, TILE } from "./layout.js";
import { each, productLoop, productTiles, SHAPE } from "./product-loop.js";

/**
 * Σ w‖y − m‖² over each tile of 64 atoms, about the mean m of their chunk: differences before squares, so that nothing
 * cancels.
 */
export const spreadShader = (layout: Pick<RowLayout, "step">): string => /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> weights: array<f32>; // [rows, stride]
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
@group(0) @binding(3) var<storage, read> means: array<vec4<f32>>; // [chunks, rows, P]
@group(0) @binding(4) var<storage, read_write> spreads: array<f32>; // [tiles of atoms, rows]
${productTiles(layout)}
var<workgroup> partial: array<f32, ${TILE * 17}>;
fn squared(d: vec4<f32>) -> f32 { return dot(d, d); }
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
    term: (y) => `squared(${y} - x)`,
  })}
  ${each(
    4,
    (j) => `let row${j} = ty + ${16 * j}u;
  let at${j} = (group.y * ${TILE}u + row${j}) * shape.stride + group.x * ${TILE}u + tx;
  let w${j} = vec4<f32>(${each(4, (m) => `weights[at${j} + ${16 * m}u]`, ", ")});
  partial[row${j} * 17u + tx] = dot(w${j}, total${j});`,
    "\n  ",
  )}
  workgroupBarrier();
  if (lane < ${TILE}u) {
    var sum = 0.0;
    for (var k = 0u; k < 16u; k++) { sum += partial[lane * 17u + k]; }
    spreads[group.x * shape.rows + group.y * ${TILE}u + lane] = sum;
  }
}
`;
