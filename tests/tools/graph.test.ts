import fc from "fast-check";
import { expect, test } from "vitest";
import { cyclesOf } from "../../tools/lib/graph.mjs";

const node = fc.integer({ min: 0, max: 6 }).map(String);
const graphs = fc.dictionary(node, fc.array(node)).map((edges) => new Map(Object.entries(edges)));

/** Whether b can be reached from a in at least one step: the transitive closure, by brute force. */
function reaches(graph: Map<string, readonly string[]>, a: string, b: string): boolean {
  const seen = new Set<string>();
  const queue = [...(graph.get(a) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...(graph.get(next) ?? []));
  }
  return seen.has(b);
}

test("every cycle is a closed walk over edges", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      for (const cycle of cyclesOf(graph)) {
        cycle.forEach((from, i) => {
          expect(graph.get(from)).toContain(cycle[(i + 1) % cycle.length]);
        });
      }
    }),
  );
});

test("a graph has a cycle exactly where a node reaches itself, one for each component", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const circular = [...graph.keys()].filter((a) => reaches(graph, a, a));
      const components = new Set(
        circular.map((a) =>
          circular
            .filter((b) => reaches(graph, a, b) && reaches(graph, b, a))
            .sort()
            .join(),
        ),
      );
      expect(cyclesOf(graph).length).toBe(components.size);
    }),
  );
});
