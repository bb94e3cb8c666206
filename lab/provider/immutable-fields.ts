import type { Difference } from './differences.ts';
import { isWithin, type PropertyPath } from './property-paths.ts';
import { isMap, type PropertyMap } from './property-values.ts';
import { groupOf } from './resource-types.ts';

/** Which fields of a kind can't be changed on an existing object. */
interface Immutability {
  /** Fields that can't change, `*` standing for any one step. */
  fields: string[];
  /** What below them may change after all. */
  except?: string[];
  /** Only of objects for which this says yes. */
  when?: (inputs: PropertyMap) => boolean;
}

/** Fields that name the object; another value is another object. */
const identity: Immutability = { fields: ['kind', 'metadata.name', 'metadata.namespace'] };

const markedImmutable: Immutability = {
  fields: ['data', 'stringData', 'binaryData', 'immutable'],
  when: (inputs) => inputs.immutable === true,
};

/**
 * The one table of immutable fields, by group and kind, as the validation of the Kubernetes API (pkg/apis) has them.
 * Kinds that are not named here, custom resources among them, are judged by a server-side dry run.
 */
const table: Record<string, Immutability[]> = {
  '/ConfigMap': [markedImmutable],
  '/Secret': [markedImmutable, { fields: ['type'] }],
  '/Service': [{ fields: ['spec.clusterIP', 'spec.clusterIPs', 'spec.healthCheckNodePort'] }],
  '/PersistentVolumeClaim': [
    { fields: ['spec'], except: ['spec.resources.requests', 'spec.volumeAttributesClassName'] },
  ],
  '/Pod': [
    {
      fields: ['spec'],
      except: [
        'spec.containers.*.image',
        'spec.initContainers.*.image',
        'spec.activeDeadlineSeconds',
        'spec.tolerations',
        'spec.terminationGracePeriodSeconds',
      ],
    },
  ],
  'apps/Deployment': [{ fields: ['spec.selector'] }],
  'apps/DaemonSet': [{ fields: ['spec.selector'] }],
  'apps/ReplicaSet': [{ fields: ['spec.selector'] }],
  'apps/StatefulSet': [
    {
      fields: ['spec'],
      except: [
        'spec.replicas',
        'spec.ordinals',
        'spec.template',
        'spec.updateStrategy',
        'spec.revisionHistoryLimit',
        'spec.persistentVolumeClaimRetentionPolicy',
        'spec.minReadySeconds',
      ],
    },
  ],
  'apps/ControllerRevision': [{ fields: ['data'] }],
  'batch/Job': [
    {
      fields: [
        'spec.selector',
        'spec.template',
        'spec.completionMode',
        'spec.podFailurePolicy',
        'spec.backoffLimitPerIndex',
        'spec.managedBy',
        'spec.successPolicy',
      ],
    },
    { fields: ['spec.completions'], when: ({ spec }) => !isMap(spec) || spec.completionMode !== 'Indexed' },
  ],
  'rbac.authorization.k8s.io/RoleBinding': [{ fields: ['roleRef'] }],
  'rbac.authorization.k8s.io/ClusterRoleBinding': [{ fields: ['roleRef'] }],
  'storage.k8s.io/StorageClass': [
    { fields: ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] },
  ],
  'storage.k8s.io/VolumeAttributesClass': [{ fields: ['driverName', 'parameters'] }],
  'scheduling.k8s.io/PriorityClass': [{ fields: ['value', 'preemptionPolicy'] }],
  'networking.k8s.io/IngressClass': [{ fields: ['spec.controller'] }],
  'node.k8s.io/RuntimeClass': [{ fields: ['handler'] }],
  'discovery.k8s.io/EndpointSlice': [{ fields: ['addressType'] }],
  'apiextensions.k8s.io/CustomResourceDefinition': [
    { fields: ['spec.group', 'spec.scope', 'spec.names.kind', 'spec.names.plural'] },
  ],
};

/** Which of the differences can't be made on the existing object, so that it has to be replaced. */
export function immutableDifferences(before: PropertyMap, changes: Difference[]): Difference[] {
  const group = typeof before.apiVersion === 'string' ? groupOf(before.apiVersion) : '';
  const rules = [identity, ...(table[`${group}/${String(before.kind)}`] ?? [])].filter(
    (rule) => rule.when?.(before) ?? true,
  );
  return changes.filter((change) => rules.some((rule) => forbids(rule, change.path)));
}

function forbids(rule: Immutability, path: PropertyPath): boolean {
  const touches = (field: string) => isWithin(path, field.split('.')) || isWithin(field.split('.'), path);
  const within = (field: string) => isWithin(path, field.split('.'));
  return rule.fields.some(touches) && !(rule.except ?? []).some(within);
}
