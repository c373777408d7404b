import { CHUNK, TILE } from "./layout.js";
import { CLOSE_STEP, CLOSE_SUMS, each, OPEN_STEP, SHAPE, SUMS } from "./product-loop.js";

/** What is summed with the weights of a chunk. */
interface Summed {
  /** Reads of the sums of weights or of the means, and what is written, at bindings 3 and 4. */
  readonly bindings: string;
  /** What a thread reads before the sums; `at` is its first place among chunks and rows. */
  readonly before: string;
  /** The summed quad of an atom's quad, for row j. */
  readonly value: (y: string, j: number) => string;
  /** What becomes of the sums of row j, whose place is `to`. */
  readonly result: (j: number, to: string) => string;
}

/** Sums over a chunk for a tile of 64 queries and 64 coordinates: a matrix product of weights and atoms, 16 atoms a step. */
const weightedSums = ({ bindings, before, value, result }: Summed): string => /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>; // [rows, stride]
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
${bindings}
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
  let at = group.z * shape.rows + group.y * ${TILE}u + ty;
  let first = group.z * ${CHUNK}u;
  let end = min(first + ${CHUNK}u, shape.stride);
  ${before}
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
      part${j} += ${["x", "y", "z", "w"].map((part, m) => `w.${part} * ${value(`y${m}`, j)}`).join(" + ")};`,
        "\n      ",
      )}
    }
    ${CLOSE_STEP}
    workgroupBarrier();
  }
  ${CLOSE_SUMS}
  if (quad < shape.quads) {
    ${each(4, (j) => result(j, `(at + ${16 * j}u) * shape.quads + quad`))}
  }
}
`;

/** Means Σwy/Σw of a chunk. */
export const meanShader: string = weightedSums({
  bindings: /* wgsl */ `@group(0) @binding(3) var<storage, read> sums: array<vec4<f32>>; // [chunks, rows]
@group(0) @binding(4) var<storage, read_write> means: array<vec4<f32>>; // [chunks, rows, P]`,
  before: "",
  value: (y) => y,
  result: (j, to) => `means[${to}] = total${j} / sums[at + ${16 * j}u].y;`,
});

/** Σ a(y − m) of a chunk with the mean m, for a = w·(y − m)·v that `alongShader` leaves: along a direction v. */
export const tangentShader: string = weightedSums({
  bindings: /* wgsl */ `@group(0) @binding(3) var<storage, read> means: array<vec4<f32>>; // [chunks, rows, P]
@group(0) @binding(4) var<storage, read_write> tangents: array<vec4<f32>>; // [chunks, rows, P]`,
  before: /* wgsl */ `${each(4, (j) => `var m${j} = vec4<f32>();`, "\n  ")}
  if (quad < shape.quads) {
    ${each(4, (j) => `m${j} = means[(at + ${16 * j}u) * shape.quads + quad];`)}
  }`,
  value: (y, j) => `(${y} - m${j})`,
  result: (j, to) => `tangents[${to}] = total${j};`,
});
