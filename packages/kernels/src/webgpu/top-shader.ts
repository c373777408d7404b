import { CHUNK } from "./layout.js";
import { SHAPE } from "./product-loop.js";
import { LANES, LOWEST } from "./weigh-shader.js";

/**
 * The largest logits of one query and one chunk, in order, ties by the smaller index: every round takes the largest pair
 * (ℓ, −i) below the last one taken.
 */
export const topShader: string = /* wgsl */ `${SHAPE}
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [rows, stride]
@group(0) @binding(2) var<storage, read_write> best: array<vec2<u32>>; // [chunks, rows, kept]: bits of ℓ, atom of the shard
const NONE = 0xffffffffu;
var<workgroup> value: array<f32, ${LANES}>;
var<workgroup> atom: array<u32, ${LANES}>;
fn before(a: f32, i: u32, b: f32, k: u32) -> bool { return a > b || (a == b && i < k); }
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let start = group.y * shape.stride;
  let first = group.x * ${CHUNK}u;
  let end = min(first + ${CHUNK}u, shape.atoms);
  let to = (group.x * shape.rows + group.y) * shape.kept;
  var taken = ${LOWEST};
  var last = NONE;
  for (var round = 0u; round < shape.kept; round++) {
    var most = ${LOWEST};
    var at = NONE;
    for (var i = first + lane; i < end; i += ${LANES}u) {
      let logit = logits[start + i];
      if ((round == 0u || before(taken, last, logit, i)) && (at == NONE || logit > most)) {
        most = logit;
        at = i;
      }
    }
    value[lane] = most;
    atom[lane] = at;
    workgroupBarrier();
    for (var half = ${LANES / 2}u; half > 0u; half /= 2u) {
      if (lane < half) {
        let b = value[lane + half];
        let k = atom[lane + half];
        if (k != NONE && (atom[lane] == NONE || before(b, k, value[lane], atom[lane]))) {
          value[lane] = b;
          atom[lane] = k;
        }
      }
      workgroupBarrier();
    }
    taken = value[0];
    last = atom[0];
    if (lane == 0u) { best[to + round] = vec2<u32>(bitcast<u32>(taken), last); }
    workgroupBarrier();
  }
}
`;
