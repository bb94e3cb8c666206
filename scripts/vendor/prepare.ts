/** Turns the file of a release into the list of objects that is vendored. */
import { readFileSync } from 'node:fs';
import { cleanDefinition } from '../../components/kit/definition-cleaning.ts';
import { type CrdBundle, crdName, type CustomKind } from '../../components/kit/kinds.ts';
import { licenceOf } from '../../components/kit/lock.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { scopeOf } from '../../components/kit/object-scopes.ts';
import type { ChartValues, Release } from '../../components/kit/release.ts';
import type { Upstream } from '../../components/kit/upstream.ts';
import { parseObjects } from '../../components/kit/vendored.ts';
import { applyChanges } from './changes.ts';
import { describeChart } from './chart-archive.ts';
import { type Finding, FindingError, type Rule } from './findings.ts';
import { allows, identity, judgeObjects, judgeRepetition, subjectOf } from './judge.ts';
import { type HelmOptions, renderChart } from './render.ts';

/** What surrounds a release. */
export interface Surroundings extends HelmOptions {
  /** Minor version of the cluster, such as `1.36`. */
  kubernetes: string;
  /** Namespaces of the implementation that installs it. */
  namespaces: readonly string[];
  /** Every kind that definitions of the platform add. */
  kinds: readonly CustomKind[];
}

/** The objects of a release, and all that stands against them. */
export interface Prepared {
  objects: Manifest[];
  findings: Finding[];
  /** Objects that are not installed, by kind and name. */
  leftOut: string[];
}

/** Prepares a release from its file. @throws FindingError when it can't be rendered */
export async function prepareRelease(
  release: Release,
  file: string,
  surroundings: Surroundings,
): Promise<Prepared> {
  const { upstream, changes = [] } = release;
  const licences = upstream.source.type === 'chart' ? await judgeLicence(upstream, file) : [];
  const rendered = await rawObjects(release, file, surroundings);
  const repeated =
    upstream.source.type === 'chart'
      ? judgeRepetition(rendered, await rawObjects(release, file, surroundings), upstream)
      : [];
  const isLeftOut = (object: Manifest) =>
    allows(upstream, 'left-out', subjectOf(object)) ||
    isTest(object) ||
    // A manifest holds everything in one file; its definitions go with those of the foundation.
    (upstream.source.type === 'manifest' && object.kind === 'CustomResourceDefinition');
  const kept = rendered.filter((object) => !isLeftOut(object));
  const objects = changed(upstream, kept, changes).map((object) =>
    placed(object, release, surroundings.kinds),
  );
  objects.sort((one, other) => (identity(one) < identity(other) ? -1 : 1));
  return {
    objects,
    findings: [...licences, ...repeated, ...judgeObjects(objects, { upstream, ...surroundings })],
    leftOut: rendered.filter(isLeftOut).map(subjectOf).sort(),
  };
}

/**
 * The definitions of a bundle in a file, cleaned and in the order of their names.
 * @throws FindingError when one that the bundle declares is not in it
 */
export async function prepareDefinitions(
  bundle: CrdBundle,
  file: string,
  surroundings: Pick<Surroundings, 'helm' | 'signal' | 'kubernetes'>,
): Promise<Manifest[]> {
  const { from } = bundle;
  const objects =
    from?.type === 'release' && from.upstream.source.type === 'chart'
      ? await render(from.upstream, file, 'default', from.values ?? {}, {
          ...surroundings,
          definitions: true,
        })
      : parseObjects(readFileSync(file, 'utf8'), file);
  const wanted = new Set(bundle.kinds.map(crdName));
  const found = objects
    .filter((object) => object.kind === 'CustomResourceDefinition' && wanted.has(object.metadata.name))
    .map(cleanDefinition);
  const missing = [...wanted].filter((name) => !found.some((object) => object.metadata.name === name));
  if (missing.length > 0) {
    throw new FindingError({
      rule: 'definition',
      path: `${bundle.name}-crds`,
      problem: `the release has no definition of ${missing.join(', ')}`,
      value: bundle.version,
      fix: 'correct the kinds of the bundle, or the values with which the chart renders its definitions',
    });
  }
  return found.sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

async function judgeLicence(upstream: Upstream, file: string): Promise<Finding[]> {
  const expected = licenceOf(upstream);
  const { licences } = await describeChart(file);
  return licences
    .filter(({ licence }) => !namesOf(expected).includes(licence))
    .map(({ where, licence }) => ({
      rule: 'licence',
      path: `${upstream.name}.licence`,
      problem: `its licence is not the one that was agreed to (${where})`,
      value: licence,
      allowed: expected,
      fix: 'read the licence; if you agree to it, change the licence (or chartLicence) of the upstream in the code',
    }));
}

/** The licences that an SPDX expression names. */
function namesOf(expression: string): string[] {
  return expression.split(/[\s()]+/).filter((word) => word !== '' && !/^(AND|OR|WITH)$/.test(word));
}

async function rawObjects(release: Release, file: string, surroundings: Surroundings): Promise<Manifest[]> {
  const { upstream, namespace, values = {} } = release;
  const { source } = upstream;
  if (source.type === 'chart') return render(upstream, file, namespace, values, surroundings);
  const text = readFileSync(file, 'utf8');
  const { namespacePlaceholder: placeholder } = source;
  return parseObjects(placeholder ? text.replaceAll(placeholder, namespace) : text, file);
}

async function render(
  upstream: Upstream,
  archive: string,
  namespace: string,
  values: ChartValues,
  options: HelmOptions & { kubernetes: string; definitions?: boolean },
): Promise<Manifest[]> {
  const { helm, signal, kubernetes, definitions = false } = options;
  try {
    const rendering = { archive, name: upstream.name, namespace, values, kubernetes, definitions };
    return await renderChart(rendering, { helm, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw failed(upstream, 'render', error, 'correct the values of the release, or its versions');
  }
}

function changed(
  upstream: Upstream,
  objects: readonly Manifest[],
  changes: Release['changes'] = [],
): Manifest[] {
  try {
    return applyChanges(objects, changes);
  } catch (error) {
    throw failed(upstream, 'change', error, 'correct the changes of the release');
  }
}

function failed(upstream: Upstream, rule: Rule, error: unknown, fix: string): FindingError {
  const problem = error instanceof Error ? error.message : String(error);
  return new FindingError({ rule, path: `${upstream.name}.${rule}`, problem, fix });
}

/** Pods that a chart has for trying it out by hand. */
function isTest({ metadata }: Manifest): boolean {
  return /^test/.test(metadata.annotations?.['helm.sh/hook'] ?? '');
}

/** Writes out the namespace of what lives in one; charts often leave it to the command that applies them. */
function placed(object: Manifest, { namespace }: Release, kinds: readonly CustomKind[]): Manifest {
  if (object.metadata.namespace || scopeOf(object, kinds) !== 'namespaced') return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
