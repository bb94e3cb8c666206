import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Document, isCollection, type Node, visit } from 'yaml';
import { asRecord, type Manifest } from '../../components/kit/manifest.ts';
import { keys, managedBy } from '../../components/kit/naming.ts';
import { restrictedContainer, restrictedPod } from '../../components/kit/workload.ts';
import type { ResourceGraph } from '../../preview/graph.ts';
import { type ObjectResource, objectsOf } from './recorded-platform.ts';

/** What a golden file shows of one object. */
interface GoldenObject {
  /** What it directly comes after: logical names, or the name of a component for all that is in it. */
  after: readonly string[];
  protected?: true;
  object: Record<string, unknown>;
}

/** One case: settings in, objects out. */
export interface GoldenCase {
  name: string;
  settings: unknown;
  graph: ResourceGraph;
}

/**
 * Compares what some settings yield with the golden file, which a person reads and reviews. The first case is shown
 * whole, each further one by what differs from the first: paths with their new values, `null` where something is
 * gone. What the graph tests hold of every object is left out, or shown as one word.
 *
 * Run with UPDATE_GOLDEN=1 to write the file anew.
 */
export function checkGolden(file: string, capability: string, cases: readonly GoldenCase[]): void {
  const [first, ...others] = cases.map((one) => ({ ...one, objects: goldenObjects(one.graph, capability) }));
  assert.ok(first && Object.keys(first.objects).length > 0, `${capability} yields no objects`);
  const shown = [
    { case: first.name, settings: first.settings, objects: first.objects },
    ...others.map(({ name, settings, objects }) => ({
      case: name,
      settings,
      differences: differencesBetween(first.objects, objects),
    })),
  ];
  const text = shown.map(compact).join('---\n');
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  assert.ok(
    existsSync(file),
    `${file} is missing: run the test with UPDATE_GOLDEN=1 and review what it writes`,
  );
  assert.equal(
    text,
    readFileSync(file, 'utf8'),
    'run the test with UPDATE_GOLDEN=1 and review the difference',
  );
}

type GoldenObjects = Readonly<Record<string, GoldenObject>>;

function goldenObjects(graph: ResourceGraph, capability: string): GoldenObjects {
  const own = objectsOf(graph)
    .filter(({ object }) => object.metadata.labels?.[keys.capability] === capability)
    .sort((one, other) => (one.resource.name < other.resource.name ? -1 : 1));
  return Object.fromEntries(own.map((one) => [one.resource.name, goldenObject(one, graph)]));
}

function goldenObject({ resource, object }: ObjectResource, graph: ResourceGraph): GoldenObject {
  return {
    after: namesOf(resource.dependencies, graph),
    ...(resource.protect ? { protected: true } : {}),
    object: shortened(object),
  };
}

/** Names of resources: a component for all its children, and one pattern for many names that begin alike. */
function namesOf(urns: readonly string[], graph: ResourceGraph): string[] {
  const resources = urns.flatMap((urn) => graph.get(urn) ?? []);
  const byParent = Map.groupBy(resources, (resource) => resource.parent ?? '');
  return [...byParent]
    .flatMap(([parent, children]) => {
      const siblings = [...graph.values()].filter((one) => one.parent === parent);
      const names = children.map((child) => child.name);
      return siblings.length === children.length ? [graph.get(parent)?.name ?? parent] : collapse(names);
    })
    .sort();
}

function collapse(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, (name) => name.split('-').slice(0, 2).join('-'));
  return [...groups].flatMap(([start, members]) =>
    members.length > 3 ? [`${start}-* (${members.length})`] : members,
  );
}

function shortened(object: Manifest): Record<string, unknown> {
  const { labels = {}, annotations = {}, ...metadata } = object.metadata;
  const ofAll = new Set<string>([
    keys.owner,
    keys.environment,
    keys.capability,
    ...Object.keys(managedBy),
    'pulumi.com/deletionPropagationPolicy',
  ]);
  const own = (all: object) => Object.fromEntries(Object.entries(all).filter(([key]) => !ofAll.has(key)));
  const kept = Object.entries({ labels: own(labels), annotations: own(annotations) }).filter(
    ([, all]) => Object.keys(all).length > 0,
  );
  return asRecord(words({ ...object, metadata: { ...metadata, ...Object.fromEntries(kept) } })) ?? {};
}

/** Longer texts are programs, which have tests of their own: of them a golden file says only that they are there. */
const longestText = 4_000;

/** Shows the restricted security contexts as one word, and a program by its first line. */
function words(value: unknown): unknown {
  if (isDeepStrictEqual(value, restrictedContainer) || isDeepStrictEqual(value, restrictedPod))
    return 'restricted';
  if (Array.isArray(value)) return value.map(words);
  if (typeof value === 'string' && value.length > longestText) return `${value.split('\n')[0]} …`;
  const record = asRecord(value);
  if (!record) return value;
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, words(one)]));
}

function differencesBetween(before: GoldenObjects, after: GoldenObjects): Record<string, unknown> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const entries = names.flatMap((name): [string, unknown][] => {
    const [old, now] = [before[name], after[name]];
    if (!old || !now) return [[name, now ?? null]];
    const differences = changes(old, now, '');
    return differences.length > 0 ? [[name, Object.fromEntries(differences)]] : [];
  });
  return Object.fromEntries(entries);
}

/** The changed leaves of a value, by path. */
function changes(before: unknown, after: unknown, path: string): [string, unknown][] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [fields(before), fields(after)];
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) return [[path, after ?? null]];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => changes(old[name], now[name], path ? `${path}/${name}` : name));
}

/** The fields of an object, or the items of a list by their name where they have one. */
function fields(value: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(value)) return asRecord(value);
  const named = value.map((item, index) => {
    const { name, alert } = asRecord(item) ?? {};
    return [String(name ?? alert ?? index), item];
  });
  return Object.fromEntries(named);
}

/** YAML in which whatever fits on a line stands on one. */
function compact(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node: Node) {
      if (!isCollection(node) || JSON.stringify(node.toJSON()).length > 90) return;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 120 });
}
