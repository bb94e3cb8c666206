/** Definitions that stand already, which the plan's would have to take the place of. */
import semver from 'semver';
import { type CrdBundle, crdName } from '../../components/kit/kinds.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import type { Plan } from '../../components/kit/plan.ts';
import type { KubernetesClient } from '../../lab/kubernetes/index.ts';
import { RefusedError } from '../errors.ts';

/**
 * Looks whether the cluster would refuse definitions of the plan because newer ones stand there behind their guard.
 * Only the guard's own rule is foreseen; where it was deleted on purpose there is nothing to say.
 * @throws RefusedError naming each of them, before anything is changed
 */
export async function checkStandingDefinitions(
  client: KubernetesClient,
  plan: Plan,
  signal?: AbortSignal,
): Promise<void> {
  const problems = await Promise.all(plan.crds.map(({ bundle }) => checkBundle(client, bundle, signal)));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new RefusedError(found.join('\n'));
}

async function checkBundle(
  client: KubernetesClient,
  bundle: CrdBundle,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { name, version, annotations, guards = [], kinds } = bundle;
  const release = Object.entries(annotations ?? {}).find(([, value]) => minorOf(value) !== undefined);
  const [guard] = guards.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  if (!release || !guard || !(await find(client, guard, signal))) return undefined;
  const [key, ours] = release;
  const standing = await Promise.all(
    kinds.map(async (kind) => {
      const definition = { ...definitionType, metadata: { name: crdName(kind) } };
      const theirs = (await find(client, definition, signal))?.metadata.annotations?.[key];
      return { name: crdName(kind), theirs };
    }),
  );
  const newer = standing.filter(({ theirs }) => isNewer(theirs, ours));
  if (newer.length === 0) return undefined;
  return [
    `A newer release of the definitions ${name} stands in the cluster, and ${version} may not take its place:`,
    ...newer.map((one) => `  ${one.name}: ${one.theirs}, to become ${ours}`),
    'Use a version of Ninefold that installs that release or a newer one.',
    `To go back all the same, delete the ValidatingAdmissionPolicy ${guard.metadata.name} first: kinds and fields that are not in ${version} are then lost.`,
  ].join('\n');
}

const definitionType = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

function find(client: KubernetesClient, object: Manifest, signal: AbortSignal | undefined) {
  const { apiVersion, kind, metadata } = object;
  return client.find({ apiVersion, kind, name: metadata.name }, { signal });
}

/** The minor release that a version belongs to, such as 1.6.0; undefined when it is no version. */
function minorOf(version: string | undefined): semver.SemVer | undefined {
  const parsed = semver.parse(version, { loose: true });
  return parsed ? new semver.SemVer(`${parsed.major}.${parsed.minor}.0`) : undefined;
}

/** Patch releases of one minor release may take each other's place. */
function isNewer(theirs: string | undefined, ours: string): boolean {
  const [their, our] = [minorOf(theirs), minorOf(ours)];
  return their !== undefined && our !== undefined && semver.gt(their, our);
}
