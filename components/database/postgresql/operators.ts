import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Manifest } from '../../kit/manifest.ts';
import type { Scope } from '../../kit/scope.ts';
import { standInOperator } from '../../kit/stand-in.ts';
import { databaseNamespace, operatorLabels, operatorNamespace, pluginLabels, ports } from './names.ts';
import { images, operatorRelease, pluginRelease } from './releases.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Name of the workload that reconciles clusters. */
export const operatorName = 'cloudnative-pg';

/** Name of the workload that backs up. */
export const pluginName = 'plugin-barman-cloud';

/** Emits the operator, which watches the namespace of the clusters only. */
export function emitOperator(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { replicas, resources } = scope.settings.operator;
  const standIn = () =>
    inOperatorNamespace(
      standInOperator({
        name: operatorName,
        labels: operatorLabels,
        image: scope.image(images.operator),
        replicas,
        resources,
        ports: [
          { name: 'webhook-server', port: ports.webhook },
          { name: 'metrics', port: ports.operatorMetrics },
        ],
        args: ['controller', '--leader-elect'],
        environment: { WATCH_NAMESPACE: databaseNamespace },
      }),
    );
  return scope.release(operatorRelease, standIn, { dependsOn: after });
}

/** Emits the plugin, where there are backups. It must be in the operator's namespace. */
export function emitPlugin(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  if (!scope.settings.backup) return [];
  const standIn = () =>
    inOperatorNamespace(
      standInOperator({
        name: pluginName,
        labels: pluginLabels,
        image: scope.image(images.plugin),
        replicas: 1,
        resources: scope.settings.plugin.resources,
        ports: [{ name: 'grpc', port: ports.plugin }],
        args: ['operator'],
        environment: { SIDECAR_IMAGE: scope.image(images.sidecar) },
      }),
    );
  return scope.release(pluginRelease, standIn, { dependsOn: after });
}

function inOperatorNamespace(objects: readonly Manifest[]): Manifest[] {
  return objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace: operatorNamespace },
  }));
}
