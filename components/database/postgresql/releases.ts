import type { Image } from '../../kit/images.ts';
import type { PlanContext } from '../../kit/plan-context.ts';
import type { ChartValues, Release } from '../../kit/release.ts';
import type { Upstream } from '../../kit/upstream.ts';
import { priorityClasses, resourceRequirements, topologySpread } from '../../kit/workload.ts';
import { databaseNamespace, operatorLabels, operatorNamespace } from './names.ts';
import type { PostgresqlSettings } from './settings.ts';

const repository = 'https://cloudnative-pg.github.io/charts';

function image(name: string, tag: string): Image {
  return { registry: 'ghcr.io', repository: `cloudnative-pg/${name}`, tag };
}

/** Major version of PostgreSQL. Raised by an upgrade of its own, see the capability's page. */
export const postgresqlMajor = 18;

/** Images of what runs. */
export const images = {
  operator: image('cloudnative-pg', '1.30.0'),
  postgresql: image('postgresql', '18.6-standard-trixie'),
  pooler: image('pgbouncer', '1.25.1-trixie'),
  plugin: image('plugin-barman-cloud', 'v0.13.0'),
  sidecar: image('plugin-barman-cloud-sidecar', 'v0.13.0'),
};

/** The release of CloudNativePG. */
export const operatorRelease: Upstream = {
  name: 'cloudnative-pg',
  title: 'CloudNativePG',
  version: '0.29.0',
  appVersion: '1.30.0',
  licence: 'Apache-2.0',
  source: { type: 'chart', repository, chart: 'cloudnative-pg' },
  images: [images.operator, images.postgresql, images.pooler],
  kubernetes: '>=1.34 <1.37',
  homepage: 'https://cloudnative-pg.io/docs/',
};

/** The release of the plugin that backs up. The operator's own way of backing up is gone with its version 1.31. */
export const pluginRelease: Upstream = {
  name: 'plugin-barman-cloud',
  title: 'Barman Cloud plugin',
  version: '0.7.0',
  appVersion: '0.13.0',
  licence: 'Apache-2.0',
  source: { type: 'chart', repository, chart: 'plugin-barman-cloud' },
  images: [images.plugin, images.sidecar],
  kubernetes: '>=1.29',
  homepage: 'https://cloudnative-pg.io/plugin-barman-cloud/',
};

/** What an environment installs: the operator, and the plugin where it backs up. */
export function releasesOf({ settings }: PlanContext<PostgresqlSettings>): Release[] {
  const namespace = operatorNamespace;
  const operator = { upstream: operatorRelease, namespace, values: operatorValues(settings) };
  const plugin = { upstream: pluginRelease, namespace, values: pluginValues(settings) };
  return settings.backup ? [operator, plugin] : [operator];
}

function operatorValues({ operator }: PostgresqlSettings): ChartValues {
  return {
    crds: { create: false },
    replicaCount: operator.replicas,
    resources: resourceRequirements(operator.resources),
    priorityClassName: priorityClasses.platform.name,
    ...(operator.replicas > 1 ? { topologySpreadConstraints: topologySpread(operatorLabels) } : {}),
    // It is allowed to look everywhere, and told to look at the clusters' namespace only.
    config: { clusterWide: true, data: { WATCH_NAMESPACE: databaseNamespace } },
    monitoring: { podMonitorEnabled: false },
  };
}

function pluginValues({ plugin }: PostgresqlSettings): ChartValues {
  return {
    crds: { create: false },
    // Only one of several would answer, and the operator finds it by one Service.
    replicaCount: 1,
    resources: resourceRequirements(plugin.resources),
    priorityClassName: priorityClasses.platform.name,
  };
}
