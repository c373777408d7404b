/**
 * The cycles of a directed graph: one path for each strongly connected component of more than one node, and for each
 * node with an edge to itself. Tarjan's algorithm.
 * @param {Map<string, readonly string[]>} graph Edges to nodes that are not keys are ignored.
 * @returns {string[][]} Each cycle as its nodes in the order of the edges, starting from its first name.
 */
export function cyclesOf(graph) {
  return componentsOf(graph)
    .filter((component) => component.size > 1 || hasLoop(graph, component))
    .map((component) => cycleIn(graph, component));
}

/** @param {Map<string, readonly string[]>} graph @param {Set<string>} component */
function hasLoop(graph, component) {
  const [node] = component;
  return graph.get(node)?.includes(node) ?? false;
}

/** @param {Map<string, readonly string[]>} graph @returns {Set<string>[]} */
function componentsOf(graph) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {Set<string>[]} */
  const components = [];
  /** @param {string} node */
  const visit = (node) => {
    const mine = { index: seen.size, low: seen.size, open: true };
    seen.set(node, mine);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      const theirs = seen.get(next) ?? visit(next);
      if (theirs.open) mine.low = Math.min(mine.low, theirs.low);
    }
    if (mine.low === mine.index) {
      const component = stack.splice(stack.indexOf(node));
      for (const member of component) close(seen, member);
      components.push(new Set(component));
    }
    return mine;
  };
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return components;
}

/** @param {Map<string, { open: boolean }>} seen @param {string} node */
function close(seen, node) {
  const record = seen.get(node);
  if (record !== undefined) record.open = false;
}

/** The shortest cycle through the first name of a component. @param {Map<string, readonly string[]>} graph @param {Set<string>} component */
function cycleIn(graph, component) {
  const start = [...component].sort()[0];
  /** @type {Map<string, string>} */
  const cameFrom = new Map();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return pathTo(cameFrom, start, node);
      if (!component.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [start];
}

/** @param {Map<string, string>} cameFrom @param {string} start @param {string} end */
function pathTo(cameFrom, start, end) {
  const path = [end];
  while (path[0] !== start) path.unshift(cameFrom.get(path[0]) ?? start);
  return path;
}
