/** Who needs whom, by name. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** A cycle as a path that ends where it began, or nothing. */
export function findCycle(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  for (const node of graph.keys()) {
    const cycle = walk(graph, node, [], done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Every node after all that it needs; the graph has no cycle. */
export function topologicalOrder(graph: Graph): string[] {
  const done = new Set<string>();
  for (const node of [...graph.keys()].sort()) walk(graph, node, [], done);
  return [...done];
}

/** Depth first: a node is done when all that it needs is done, so `done` fills in topological order. */
function walk(graph: Graph, node: string, path: string[], done: Set<string>): string[] | undefined {
  if (done.has(node)) return undefined;
  if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];

  for (const next of [...(graph.get(node) ?? [])].sort()) {
    const cycle = walk(graph, next, [...path, node], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(node);
  return undefined;
}
