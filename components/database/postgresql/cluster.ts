import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { quantityValue } from '../../kit/quantity.ts';
import type { CustomResourceContent, Scope } from '../../kit/scope.ts';
import { priorityClasses, resourceRequirements, topologySpread } from '../../kit/workload.ts';
import { hostRules, identityRules, initialStatements } from './access.ts';
import { archiveOf, identityAnnotations } from './backup.ts';
import { postgresqlKinds } from './kinds.ts';
import { initialDatabase, podLabelsOf, secretsOf } from './names.ts';
import type { Bootstrap, ClusterSpec } from './operands.ts';
import { type InstanceSize, planParameters } from './parameters.ts';
import { planRecovery } from './recovery.ts';
import { images, postgresqlMajor } from './releases.ts';
import { planReplication } from './replication.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Name of the list that says which image runs which version. */
const catalog = 'postgresql';

/** What an instance has, for the plan of its parameters. */
export function instanceSize({ resources, walStorage, connections }: PostgresqlSettings): InstanceSize {
  return {
    memory: quantityValue(resources.memory),
    cpu: quantityValue(resources.cpu),
    walStorage: quantityValue(walStorage),
    connections,
  };
}

/** Emits the list of images and the cluster. */
export function emitCluster(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const images = scope.custom('images', postgresqlKinds.ImageCatalog, catalogContent(scope), {
    dependsOn: after,
  });
  // Known by its name, so that a recovery under another name is made beside it and not in its place.
  return scope.custom(
    `cluster-${scope.settings.name}`,
    postgresqlKinds.Cluster,
    clusterContent(scope.settings),
    {
      dependsOn: [...after, images],
      readyWhen: 'condition=Ready',
      // Where data is protected, a cluster that is no longer ours to run stays until somebody deletes it by hand.
      retainOnDelete: scope.plan.environment.protection,
      holdsData: 'the data of every database',
    },
  );
}

function catalogContent(scope: Scope<PostgresqlSettings>): CustomResourceContent {
  return {
    metadata: { name: catalog },
    spec: { images: [{ major: postgresqlMajor, image: scope.image(images.postgresql) }] },
  };
}

/** The cluster. Follows from the settings alone; also what a recovery makes. */
export function clusterContent(settings: PostgresqlSettings): CustomResourceContent {
  const { name, instances, acrossZones, pooler } = settings;
  const secrets = secretsOf(name);
  const synchronous = planReplication(instances);
  const archive = archiveOf(settings);
  const recovery = planRecovery(settings);
  const identity = identityAnnotations(settings);
  const disk = (size: string) => ({
    size,
    ...(settings.storageClass ? { storageClass: settings.storageClass } : {}),
  });
  const spec: ClusterSpec = {
    instances,
    imageCatalogRef: {
      apiGroup: postgresqlKinds.ImageCatalog.group,
      kind: 'ImageCatalog',
      name: catalog,
      major: postgresqlMajor,
    },
    enableSuperuserAccess: false,
    // Before a single instance a budget would block every drain.
    enablePDB: instances > 1,
    primaryUpdateStrategy: 'unsupervised',
    primaryUpdateMethod: instances > 1 ? 'switchover' : 'restart',
    priorityClassName: priorityClasses.data.name,
    storage: disk(settings.storage),
    // A disk of its own: a log that is not archived fills no disk of data.
    walStorage: disk(settings.walStorage),
    resources: resourceRequirements(settings.resources),
    affinity: {
      enablePodAntiAffinity: true,
      podAntiAffinityType: acrossZones ? 'required' : 'preferred',
      topologyKey: 'kubernetes.io/hostname',
    },
    ...(acrossZones ? { topologySpreadConstraints: oneToAZone(name) } : {}),
    certificates: {
      serverCASecret: secrets.server,
      serverTLSSecret: secrets.server,
      // Any certificate of the authority carries the authority's own beside it.
      clientCASecret: secrets.replication,
      replicationTLSSecret: secrets.replication,
    },
    postgresql: {
      parameters: planParameters(instanceSize(settings), settings.slowQuery),
      pg_hba: hostRules(pooler.replicas > 0),
      pg_ident: identityRules(pooler.replicas > 0),
      ...(synchronous ? { synchronous } : {}),
    },
    bootstrap: recovery?.bootstrap ?? emptyCluster,
    ...(recovery ? { externalClusters: recovery.externalClusters } : {}),
    ...(archive ? { plugins: [archive] } : {}),
    monitoring: { tls: { enabled: true } },
    ...(identity ? { serviceAccountTemplate: { metadata: { annotations: identity } } } : {}),
  };
  return { metadata: { name }, spec };
}

/** Sorting by code point is the same on every machine and after every upgrade; indexes stay right. */
const emptyCluster: Bootstrap = {
  initdb: {
    database: initialDatabase,
    owner: initialDatabase,
    dataChecksums: true,
    encoding: 'UTF8',
    localeProvider: 'builtin',
    builtinLocale: 'C.UTF-8',
    postInitSQL: initialStatements,
  },
};

function oneToAZone(cluster: string): readonly object[] {
  const [zones] = topologySpread(podLabelsOf(cluster).instances);
  return [{ ...zones, whenUnsatisfiable: 'DoNotSchedule' }];
}
