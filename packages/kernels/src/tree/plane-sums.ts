import { type AtomTree, endOf, startOf } from "./atom-tree.js";
import { type BlockSums, byDifference, clearSums, emptySums, NEGLIGIBLE, type SumBlock, type SumTask } from "./list-sums.js";

/** Values along one axis at up to `places` places: H_n(g)·e^{…}, and the same with the moment about the pole. */
interface Axis {
  /** x − c of every place, [n]. */
  readonly shift: Float64Array;
  /** e^{(α/v)(x − c)(m − o)}, [n]. */
  readonly tilts: Float64Array;
  /** e^{…}H_i, [n, p + 1], and e^{…}((m − o)H_i + ρiH_{i−1}). */
  readonly values: Float64Array;
  readonly moments: Float64Array;
  count: number;
  /** Whether the places are equally spaced; they are symmetric about the centre in any case. */
  even: boolean;
}

/** The node at hand: its order, (α/v)ρ, hρ², ρ and α/v. */
interface NodeScale {
  order: number;
  slope: number;
  curvature: number;
  radius: number;
  tilt: number;
}

/** What the sums of a block of the plane are made with. */
interface Memory {
  readonly tree: AtomTree;
  readonly x: Axis;
  readonly y: Axis;
  /** Σ_i c_ij of the values and of the moments along x, [nx, p + 1]. */
  readonly rows: Float64Array;
  readonly rowMoments: Float64Array;
  readonly scale: NodeScale;
}

/**
 * `listSums` in the plane over places on lines parallel to the axes, where everything is a product of a function of x and one of y: with
 * e^{(α/v)(x − c)·(m − o)}H_a(g) = Π_j e^{…}H_{a_j}(g_j), a node is Σ_j Y_j(y)·Σ_i c_ij X_i(x). A block of n × n places thus costs n(p + 1)²/2 +
 * 3n²(p + 1) products a node and 2n exponentials a node or atom.
 */
export function planeSums(tree: AtomTree, places: number): SumBlock {
  const out = emptySums(tree, places);
  const width = tree.moments.indices.order + 1;
  const axis = (): Axis => ({
    shift: new Float64Array(places),
    tilts: new Float64Array(places),
    values: new Float64Array(places * width),
    moments: new Float64Array(places * width),
    count: 0,
    even: true,
  });
  const memory = {
    tree,
    x: axis(),
    y: axis(),
    rows: new Float64Array(places * width),
    rowMoments: new Float64Array(places * width),
    scale: { order: 0, slope: 0, curvature: 0, radius: 0, tilt: 0 },
  };
  return (task) => {
    const { across, along } = task.places;
    clearSums(out, across.length * along.length);
    setShifts(memory.x, task.places.even, across, task.tile.halves[0]?.[0] ?? 0);
    setShifts(memory.y, task.places.even, along, task.tile.halves[1]?.[1] ?? 0);
    for (let k = 0; k < task.list.count; k++) {
      const before = out.mass[0] ?? 0;
      const tail = out.massError[0] ?? 0;
      if ((task.list.orders[k] ?? 0) === 0) addAtoms(memory, task, task.list.nodes[k] ?? 0, out);
      else addNode(memory, task, k, out);
      out.byNode[k] = byDifference(before, out.mass[0] ?? 0) + byDifference(tail, out.massError[0] ?? 0);
    }
    return out;
  };
}

function setShifts(axis: Axis, even: boolean, places: Float64Array, half: number): void {
  axis.count = places.length;
  axis.even = even;
  for (let b = 0; b < places.length; b++) axis.shift[b] = (places[b] ?? 0) * half;
}

/** e^{k·shift} at all places of an axis: a geometric sequence where they are equally spaced, symmetric ones in pairs else. */
function setTilts({ shift, tilts, count, even }: Axis, k: number): void {
  if (even) {
    let value = Math.exp(k * (shift[0] ?? 0));
    const ratio = count === 2 ? 1 / (value * value) : Math.exp(k * ((shift[1] ?? 0) - (shift[0] ?? 0)));
    for (let b = 0; b < count; b++, value *= ratio) tilts[b] = value;
    return;
  }
  for (let b = 0, c = count - 1; b <= c; b++, c--) {
    const value = Math.exp(k * (shift[b] ?? 0));
    tilts[c] = 1 / value;
    tilts[b] = value;
  }
}

function addAtoms({ tree, x, y }: Memory, { list, tile, pole, kernel }: SumTask, node: number, out: BlockSums): void {
  const { places, logWeights } = tree;
  const mass = out.mass;
  const mx = out.moment[0] ?? mass;
  const my = out.moment[1] ?? mass;
  const half = 0.5 / kernel.variance;
  const tilt = kernel.alpha / kernel.variance;
  const cx = tile.centre[0] ?? 0;
  const cy = tile.centre[1] ?? 0;
  const ox = pole.at[0] ?? 0;
  const oy = pole.at[1] ?? 0;
  const ex = Math.abs(tile.halves[0]?.[0] ?? 0);
  const ey = Math.abs(tile.halves[1]?.[1] ?? 0);
  const from = startOf(tree, node);
  const to = endOf(tree, node);
  out.terms += (to - from) * x.count * y.count;
  for (let i = from; i < to; i++) {
    const zx = places[2 * i] ?? 0;
    const zy = places[2 * i + 1] ?? 0;
    const rx = cx - kernel.alpha * zx;
    const ry = cy - kernel.alpha * zy;
    const logit = (logWeights[i] ?? 0) - (rx * rx + ry * ry) * half - list.floor;
    const dx = zx - ox;
    const dy = zy - oy;
    if (!(logit + tilt * (ex * Math.abs(dx) + ey * Math.abs(dy)) > NEGLIGIBLE)) continue;
    setTilts(x, tilt * dx);
    setTilts(y, tilt * dy);
    const w = Math.exp(logit);
    for (let a = 0, at = 0; a < y.count; a++) {
      const wy = w * (y.tilts[a] ?? 0);
      for (let b = 0; b < x.count; b++, at++) {
        const v = wy * (x.tilts[b] ?? 0);
        mass[at] = (mass[at] ?? 0) + v;
        mx[at] = (mx[at] ?? 0) + v * dx;
        my[at] = (my[at] ?? 0) + v * dy;
      }
    }
  }
}

function addNode(memory: Memory, { list, tile, pole, kernel }: SumTask, k: number, out: BlockSums): void {
  const { tree, x, y, rows, rowMoments, scale } = memory;
  const { nodes } = tree;
  const node = list.nodes[k] ?? 0;
  const order = list.orders[k] ?? 0;
  const meanX = nodes.mean[2 * node] ?? 0;
  const meanY = nodes.mean[2 * node + 1] ?? 0;
  const tilt = kernel.alpha / kernel.variance;
  const rx = (tile.centre[0] ?? 0) - kernel.alpha * meanX;
  const ry = (tile.centre[1] ?? 0) - kernel.alpha * meanY;
  const dx = meanX - (pole.at[0] ?? 0);
  const dy = meanY - (pole.at[1] ?? 0);
  const logit = (nodes.logMass[node] ?? 0) - (rx * rx + ry * ry) * (0.5 / kernel.variance) - list.floor;
  const most = tilt * (Math.abs(dx * (tile.halves[0]?.[0] ?? 0)) + Math.abs(dy * (tile.halves[1]?.[1] ?? 0)));
  if (logit + most + tree.moments.indices.order + 1 < NEGLIGIBLE) return;
  const base = Math.exp(logit);
  const radius = nodes.radius[node] ?? 0;
  scale.order = order;
  scale.slope = tilt * radius;
  scale.curvature = kernel.alpha * scale.slope * radius;
  scale.radius = radius;
  scale.tilt = tilt;
  setAxis(x, scale, rx, dx);
  setAxis(y, scale, ry, dy);
  sumRows(memory, node, order);
  const width = order + 1;
  const mass = out.mass;
  const mx = out.moment[0] ?? mass;
  const my = out.moment[1] ?? mass;
  const massTail = base * (list.tailMass[k] ?? 0);
  const momentTail = base * (pole.errors[k] ?? 0);
  for (let a = 0, at = 0; a < y.count; a++) {
    const wy = y.tilts[a] ?? 0;
    for (let b = 0; b < x.count; b++, at++) {
      let f = 0;
      let gx = 0;
      let gy = 0;
      for (let j = 0, q = a * width, p = b * width; j <= order; j++, p++, q++) {
        const row = rows[p] ?? 0;
        const value = y.values[q] ?? 0;
        f += row * value;
        gx += (rowMoments[p] ?? 0) * value;
        gy += row * (y.moments[q] ?? 0);
      }
      const w = wy * (x.tilts[b] ?? 0);
      mass[at] = (mass[at] ?? 0) + base * f;
      mx[at] = (mx[at] ?? 0) + base * gx;
      my[at] = (my[at] ?? 0) + base * gy;
      out.massError[at] = (out.massError[at] ?? 0) + massTail * w;
      out.momentError[at] = (out.momentError[at] ?? 0) + momentTail * w;
    }
  }
  out.terms += x.count * y.count;
}

/** Hermite values of one axis at all its places: g = (α/v)ρ(residual + shift), and moments with m − o = apart. */
function setAxis(axis: Axis, { order, slope, curvature, radius, tilt }: NodeScale, residual: number, apart: number): void {
  setTilts(axis, tilt * apart);
  for (let b = 0, to = 0; b < axis.count; b++) {
    const g = slope * (residual + (axis.shift[b] ?? 0));
    let before = 0;
    let now = axis.tilts[b] ?? 0;
    for (let n = 0; n <= order; n++, to++) {
      axis.values[to] = now;
      axis.moments[to] = apart * now + radius * n * before;
      const next = g * now - n * curvature * before;
      before = now;
      now = next;
    }
  }
}

/** Σ_{i ≤ p − j} c_ij X_i at every place of x, and of the moments; c_ij has the number (i + j)(i + j + 1)/2 + j. */
function sumRows({ tree: { moments }, x, rows, rowMoments }: Memory, node: number, order: number): void {
  const c = moments.values;
  const first = node * moments.indices.count;
  const width = order + 1;
  for (let b = 0; b < x.count; b++) {
    for (let j = 0; j <= order; j++) {
      let value = 0;
      let moment = 0;
      for (let i = 0, a = first + (j * (j + 1)) / 2 + j, p = b * width; i <= order - j; a += ++i + j, p++) {
        const coefficient = c[a] ?? 0;
        value += coefficient * (x.values[p] ?? 0);
        moment += coefficient * (x.moments[p] ?? 0);
      }
      rows[b * width + j] = value;
      rowMoments[b * width + j] = moment;
    }
  }
}
