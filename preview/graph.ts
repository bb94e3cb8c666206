/** What a program registers, as plain data: what previews show and analyses judge. */

/** One resource of a graph. */
export interface GraphResource {
  urn: string;
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  type: string;
  /** Logical name. */
  name: string;
  /** Stack it belongs to. */
  stack: string;
  /** Whether a provider manages it; components are not custom. */
  custom: boolean;
  /** URN of the parent; only the stack itself has none. */
  parent?: string;
  /** Inputs with secrets unwrapped and unknown values left out. */
  inputs: Readonly<Record<string, unknown>>;
  /** Paths of the inputs that are secret. */
  secretInputs: readonly string[];
  /** URNs it was told to come after, and those that its inputs come from. */
  dependencies: readonly string[];
  /** URN of its provider; empty when it was left to a default one. */
  provider: string;
  protect: boolean;
  retainOnDelete: boolean;
  /** Whether a component said that all its children exist. A custom resource never does. */
  finished: boolean;
  /** Paths of the inputs whose changes are left alone. */
  ignoreChanges: readonly string[];
}

/** All resources of one or more stacks, by URN, in the order of registration. */
export type ResourceGraph = ReadonlyMap<string, GraphResource>;

/** Joins the graphs of several stacks. */
export function mergeGraphs(graphs: readonly ResourceGraph[]): ResourceGraph {
  return new Map(graphs.flatMap((graph) => [...graph]));
}

/**
 * Everything a resource comes after, directly or not: its dependencies, theirs, and what is inside the
 * components among them.
 */
export function ancestors(graph: ResourceGraph, urn: string): ReadonlySet<string> {
  const children = new Map<string, string[]>();
  for (const resource of graph.values()) {
    if (resource.parent)
      children.set(resource.parent, [...(children.get(resource.parent) ?? []), resource.urn]);
  }
  const seen = new Set<string>();
  const visit = (current: string): void => {
    for (const dependency of graph.get(current)?.dependencies ?? []) take(dependency);
  };
  const take = (dependency: string): void => {
    if (seen.has(dependency)) return;
    seen.add(dependency);
    visit(dependency);
    for (const child of children.get(dependency) ?? []) take(child);
  };
  visit(urn);
  return seen;
}
