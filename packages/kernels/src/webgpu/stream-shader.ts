import { CHUNK, type RowLayout, TILE } from "./layout.js";
import { each, SHAPE } from "./product-loop.js";
import { CUT, LOWEST } from "./weigh-shader.js";

/** One walk over the atoms of the chunk through workgroup memory, with `body` for each of them and `after` for each tile. */
const walk = (quads: number, body: string, after = ""): string => /* wgsl */ `
  for (var i = first; i < end; i += ${TILE}u) {
    for (var c = lane; c < ${TILE * quads}u; c += ${TILE}u) { tile[c] = atoms[i * ${quads}u + c]; }
    biases[lane] = bias[i + lane];
    workgroupBarrier();
    for (var n = 0u; n < min(${TILE}u, end - i); n++) {
      ${each(quads, (q) => `let y${q} = tile[n * ${quads}u + ${q}u];`)}
      ${body}
    }
    ${after}
    workgroupBarrier();
  }`;

/** The logit of atom n of the tile. */
const logitOf = (quads: number): string => /* wgsl */ `let product = ${each(quads, (q) => `dot(x${q}, y${q})`, " + ")};
      let logit = product + biases[n];`;

/** Its weight w, or the next atom where that is zero. */
const weightOf = (quads: number): string => /* wgsl */ `${logitOf(quads)}
      let below = logit - top;
      if (below <= ${CUT}.0) { continue; }
      let w = select(exp(below), 1.0, below == 0.0);`;

/** The second moment about the mean, and once more the sum of the weights. */
const secondMoment = (quads: number): string => /* wgsl */ `var second = 0.0;
  var secondPart = 0.0;
  var again = 0.0;
  var againPart = 0.0;
  ${walk(
    quads,
    `${weightOf(quads)}
      ${each(quads, (q) => `let d${q} = y${q} - m${q};`)}
      let squared = ${each(quads, (q) => `dot(d${q}, d${q})`, " + ")};
      secondPart += w * squared;
      againPart += w;`,
    `second += secondPart;
    secondPart = 0.0;
    again += againPart;
    againPart = 0.0;`,
  )}
  alike = alike && again == sum.x;
  spreads[at] = second;`;

/**
 * The partial state of one chunk for small dimensions, one invocation a query: the largest logit, then the sums relative to
 * it, then the second moment about the mean. Logits are computed again in each walk, so that nothing is ever rescaled.
 * Nothing in WGSL makes all walks round alike: where the largest weight is not 1, or the weights sum to something else the
 * second time, the mass tells so as a negative number.
 */
export function streamShader({ quads }: RowLayout, { spread }: { readonly spread: boolean }): string {
  return /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> queries: array<vec4<f32>>; // [rows, P]
@group(0) @binding(2) var<storage, read> atoms: array<vec4<f32>>; // [stride, P]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [stride]
@group(0) @binding(4) var<storage, read_write> sums: array<vec4<f32>>; // [chunks, rows]: top, Σw, Σw², Σw(ℓ − top)
@group(0) @binding(5) var<storage, read_write> means: array<vec4<f32>>; // [chunks, rows, P]
${spread ? "@group(0) @binding(6) var<storage, read_write> spreads: array<f32>; // [chunks, rows]" : ""}
var<workgroup> tile: array<vec4<f32>, ${TILE * quads}>;
var<workgroup> biases: array<f32, ${TILE}>;
@compute @workgroup_size(${TILE})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.y * ${CHUNK}u;
  let end = min(first + ${CHUNK}u, shape.atoms);
  let row = group.x * ${TILE}u + lane;
  let at = group.y * shape.rows + row;
  ${each(quads, (q) => `let x${q} = queries[row * ${quads}u + ${q}u];`)}
  var top = ${LOWEST};
  ${walk(quads, `${logitOf(quads)}\n      top = max(top, logit);`)}
  var heaviest = 0.0;
  var sum = vec3<f32>();
  var sumPart = vec3<f32>();
  ${each(quads, (q) => `var s${q} = vec4<f32>();\n      var p${q} = vec4<f32>();`)}
  ${walk(
    quads,
    `${weightOf(quads)}
      heaviest = max(heaviest, w);
      sumPart += vec3<f32>(w, w * w, w * below);
      ${each(quads, (q) => `p${q} += w * y${q};`)}`,
    `sum += sumPart;
    sumPart = vec3<f32>();
    ${each(quads, (q) => `s${q} += p${q};\n    p${q} = vec4<f32>();`)}`,
  )}
  var alike = heaviest == 1.0;
  ${each(quads, (q) => `let m${q} = s${q} / sum.x;\n      means[at * ${quads}u + ${q}u] = m${q};`)}
  ${spread ? secondMoment(quads) : ""}
  sums[at] = vec4<f32>(top, select(${LOWEST}, sum.x, alike), sum.yz);
}
`;
}
