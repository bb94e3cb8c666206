/** What the options of `ninefold new` say, each read by itself. What is wrong is added to the violations. */
import type { Image } from '../../components/kit/images.ts';
import { crdName, type CustomKind } from '../../components/kit/kinds.ts';
import { bundlesOf, upstreamsOf } from '../../components/kit/lock.ts';
import type { Registry } from '../../components/kit/registry.ts';
import type { UpstreamSource } from '../../components/kit/upstream.ts';
import type { Violation } from '../../components/kit/violation.ts';
import type { NewOptions } from './new.ts';
import { pluralOf } from './new-names.ts';

/** Where the operator is published: exactly one of the two. */
export function readSource(
  { chart, manifest }: NewOptions,
  violations: Violation[],
): UpstreamSource | undefined {
  if ((chart === undefined) === (manifest === undefined)) {
    violations.push({
      path: '--chart, --manifest',
      problem: chart === undefined ? 'neither is given' : 'both are given',
      allowed: 'one of them',
      fix: 'say where the operator is published: its chart, or its manifest',
    });
    return undefined;
  }
  if (manifest !== undefined) {
    if (/^https:\/\/\S+$/.test(manifest)) return { type: 'manifest', url: manifest };
    violations.push({
      path: '--manifest',
      problem: 'is not an address',
      value: manifest,
      allowed: 'https://…',
    });
    return undefined;
  }
  const [repository = '', name, ...rest] = (chart ?? '').trim().split(/\s+/);
  if (/^(https|oci):\/\/\S+$/.test(repository) && name && rest.length === 0) {
    return { type: 'chart', repository, chart: name };
  }
  violations.push({
    path: '--chart',
    problem: 'is not a repository and a chart',
    value: chart,
    allowed: 'two words, such as "oci://quay.io/strimzi-helm strimzi-kafka-operator"',
  });
  return undefined;
}

/** The host that a source is on. */
export function homeOf(source: UpstreamSource): string {
  const address = source.type === 'chart' ? source.repository : source.url;
  return `https://${address.replace(/^[a-z]+:\/\//, '').split('/')[0] ?? ''}/`;
}

/** An image by its whole reference. */
export function readImage(given: string | undefined, violations: Violation[]): Image | undefined {
  const [, registry, repository, tag, digest] =
    /^([a-z0-9.-]+\.[a-z0-9.-]+(?::\d+)?)\/([a-z0-9._/-]+):([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      given ?? '',
    ) ?? [];
  if (registry && repository && tag) return { registry, repository, tag, ...(digest ? { digest } : {}) };
  violations.push({
    path: '--image',
    problem: given === undefined ? 'is missing' : 'is not a whole reference of an image',
    ...(given === undefined ? {} : { value: given }),
    allowed: 'registry, path and tag, such as quay.io/strimzi/operator:1.2.0',
  });
  return undefined;
}

/** Kinds of `group/version/Kind=plural`, which no other bundle may define. */
export function readKinds(
  given: readonly string[],
  registry: Registry,
  capability: string,
  implementation: string,
  violations: Violation[],
): CustomKind[] {
  const allowed =
    'group/version/Kind, such as rabbitmq.com/v1beta1/RabbitmqCluster, with =plural if it is not regular';
  if (given.length === 0) violations.push({ path: '--kind', problem: 'is missing', allowed });
  return given.flatMap((text) => {
    const [, group, version, kind, plural] =
      /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/(v[0-9][a-z0-9]*)\/([A-Z][A-Za-z0-9]*)(?:=([a-z0-9]+))?$/.exec(text) ??
      [];
    if (!group || !version || !kind) {
      violations.push({ path: '--kind', problem: 'is not a kind', value: text, allowed });
      return [];
    }
    const read = { group, version, kind, plural: plural ?? pluralOf(kind), namespaced: true };
    const owner = ownerOf(registry, read, capability, implementation);
    if (owner) {
      violations.push({
        path: '--kind',
        problem: `its definition belongs to ${owner} already`,
        value: text,
        fix: 'every definition has one owner: leave the kind out, and declare that bundle by hand',
      });
    }
    return [read];
  });
}

/** The bundle of another implementation that has the definition of a kind. */
function ownerOf(registry: Registry, kind: CustomKind, capability: string, implementation: string) {
  const others = withoutOne(registry, capability, implementation);
  return [...bundlesOf(others).values()].find((bundle) =>
    bundle.kinds.some((one) => crdName(one) === crdName(kind)),
  )?.name;
}

/** A name for the release that no other has: the implementation's, or together with the capability's. */
export function freeReleaseName(registry: Registry, capability: string, implementation: string): string {
  const others = withoutOne(registry, capability, implementation);
  const used = new Set([...upstreamsOf(others).keys(), ...bundlesOf(others).keys()]);
  return used.has(implementation) ? `${implementation}-${capability}` : implementation;
}

/** What else is registered: a run that was killed may have left the implementation itself. */
function withoutOne(registry: Registry, capability: string, implementation: string): Registry {
  return registry.map((entry) => ({
    ...entry,
    implementations: entry.implementations.filter(
      (one) => one.capability !== capability || one.name !== implementation,
    ),
  }));
}
