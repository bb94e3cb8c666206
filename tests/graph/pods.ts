import { asRecord, podSpecOf } from '../../components/kit/manifest.ts';
import { type ObjectResource, objectsOf } from '../support/recorded-platform.ts';
import type { Judged } from './environments.ts';

/** A pod template and what it is in. */
export interface Pod extends ObjectResource {
  spec: Record<string, unknown>;
}

/** Every pod template: of workloads, and whatever looks like one inside a custom resource. */
export function pods({ all }: Judged): readonly Pod[] {
  return objectsOf(all).flatMap((one) => {
    const own = podSpecOf(one.object);
    const specs = own ? [own] : podSpecsInside(one.object.spec);
    return specs.map((spec) => ({ ...one, spec }));
  });
}

/** Whatever has containers with images. */
function podSpecsInside(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(podSpecsInside);
  const record = asRecord(value);
  if (!record) return [];
  const { containers } = record;
  if (Array.isArray(containers) && containers.some((one) => asRecord(one)?.image)) return [record];
  return Object.values(record).flatMap(podSpecsInside);
}

/** All containers of a pod. */
export function containersOf(spec: Record<string, unknown>): Record<string, unknown>[] {
  return ['initContainers', 'containers'].flatMap((list) => {
    const containers: unknown[] = Array.isArray(spec[list]) ? spec[list] : [];
    return containers.map(asRecord).filter((one) => one !== undefined);
  });
}

/** What a pod does that the restricted level, and our read-only root, don't allow. */
export function problemsOf(spec: Record<string, unknown>): string[] {
  return [...podProblems(spec), ...containersOf(spec).flatMap((one) => containerProblems(one, spec))];
}

function podProblems(spec: Record<string, unknown>): string[] {
  const host = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  const volumes = Array.isArray(spec.volumes) ? spec.volumes : [];
  const paths = volumes.filter((volume) => asRecord(volume)?.hostPath !== undefined).map(() => 'hostPath');
  return [...host, ...paths];
}

/** What a container may do that it should not, given the pod it is in. */
export function containerProblems(
  container: Record<string, unknown>,
  pod: Record<string, unknown>,
): string[] {
  const own = asRecord(container.securityContext) ?? {};
  const shared = asRecord(pod.securityContext) ?? {};
  const capabilities = asRecord(own.capabilities) ?? {};
  const seccomp = asRecord(own.seccompProfile) ?? asRecord(shared.seccompProfile);
  const rules: Record<string, boolean> = {
    'may become root': (own.runAsNonRoot ?? shared.runAsNonRoot) !== true,
    'runs as root': (own.runAsUser ?? shared.runAsUser) === 0,
    'may gain privileges': own.allowPrivilegeEscalation !== false,
    'is privileged': own.privileged === true,
    'keeps capabilities': JSON.stringify(capabilities.drop) !== '["ALL"]',
    'adds capabilities': Array.isArray(capabilities.add) && capabilities.add.length > 0,
    'may write its root': own.readOnlyRootFilesystem !== true,
    'has no seccomp profile': seccomp?.type !== 'RuntimeDefault',
  };
  return Object.entries(rules)
    .filter(([, broken]) => broken)
    .map(([problem]) => `${container.name} ${problem}`);
}
