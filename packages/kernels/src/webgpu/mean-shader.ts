import { CHUNK, TILE } from "./layout.js";
import { CLOSE_STEP, CLOSE_SUMS, each, OPEN_STEP, SHAPE, SUMS } from "./product-loop.js";

/** Means Σwy/Σw of a chunk, for a tile of 64 queries and 64 coordinates: the weights times the atoms, 16 atoms at a step. */
export const meanShader: string = /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>; // [rows, stride]
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
@group(0) @binding(3) var<storage, read> sums: array<vec4<f32>>; // [chunks, rows]
@group(0) @binding(4) var<storage, read_write> means: array<vec4<f32>>; // [chunks, rows, P]
var<workgroup> weightTile: array<vec4<f32>, ${TILE * 5}>; // four quads of atoms a row, and one to keep banks apart
var<workgroup> atomTile: array<vec4<f32>, ${TILE * 4}>;
@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let tx = local.x;
  let ty = local.y;
  let quad = group.x * 16u + tx;
  let first = group.z * ${CHUNK}u;
  let end = min(first + ${CHUNK}u, shape.stride);
  ${SUMS}
  for (var i = first; i < end; i += 16u) {
    let row = group.y * ${TILE}u + lane / 4u;
    weightTile[lane / 4u * 5u + lane % 4u] = weights[(row * shape.stride + i) / 4u + lane % 4u];
    let column = group.x * 16u + lane % 16u;
    var y = vec4<f32>();
    if (column < shape.quads) { y = atoms[(i + lane / 16u) * shape.quads + column]; }
    atomTile[lane] = y;
    workgroupBarrier();
    ${OPEN_STEP}
    for (var c = 0u; c < 4u; c++) {
      ${each(4, (m) => `let y${m} = atomTile[c * 64u + ${16 * m}u + tx];`, "\n      ")}
      var w: vec4<f32>;
      ${each(
        4,
        (j) => `w = weightTile[(ty + ${16 * j}u) * 5u + c];
      part${j} += w.x * y0 + w.y * y1 + w.z * y2 + w.w * y3;`,
        "\n      ",
      )}
    }
    ${CLOSE_STEP}
    workgroupBarrier();
  }
  ${CLOSE_SUMS}
  if (quad < shape.quads) {
    let at = group.z * shape.rows + group.y * ${TILE}u + ty;
    ${each(4, (j) => `means[(at + ${16 * j}u) * shape.quads + quad] = total${j} / sums[at + ${16 * j}u].y;`)}
  }
}
`;
