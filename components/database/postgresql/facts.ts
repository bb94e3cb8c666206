import { quantityValue } from '../../kit/quantity.ts';
import type { DatabaseFacts } from '../capability.ts';
import { recoveryPoint } from './backup.ts';
import {
  authority,
  clientNamespaceLabels,
  databaseNamespace,
  hostOf,
  podLabelsOf,
  ports,
  servicesOf,
} from './names.ts';
import { postgresqlMajor } from './releases.ts';
import type { PostgresqlSettings } from './settings.ts';

/** What clients must know. Follows from the settings alone: every name is ours or derived from one of ours. */
export function factsOf(settings: PostgresqlSettings): DatabaseFacts {
  const { name, instances, pooler } = settings;
  const services = servicesOf(name);
  const labels = podLabelsOf(name);
  const alone = instances === 1;
  return {
    cluster: name,
    namespace: databaseNamespace,
    engine: 'postgresql',
    version: postgresqlMajor,
    readWrite: { host: hostOf(services.readWrite), podLabels: labels.instances },
    // The Service of those that only read leads nowhere while there are none.
    readOnly: { host: hostOf(alone ? services.read : services.readOnly), podLabels: labels.instances },
    ...(pooler.replicas > 0 ? { pooled: { host: hostOf(services.pooled), podLabels: labels.pooler } } : {}),
    port: ports.postgresql,
    authority,
    connections: settings.connections,
    storage: settings.storage,
    extensions: settings.extensions,
    ...(settings.backup ? { backup: { recoveryPoint, recoveryTime: recoveryTime(settings) } } : {}),
    clientNamespaceLabels,
  };
}

/** Until a recovery begins to restore: the operator makes disks, a pod and a connection to the store. An estimate. */
const recoveryStart = 300;

/** How long a recovery of full disks takes, from the rate that the last drill measured. */
function recoveryTime({ storage, backup }: PostgresqlSettings): string {
  const rate = quantityValue(backup?.restoreRate ?? '1');
  const seconds = recoveryStart + Math.ceil(quantityValue(storage) / rate);
  return `${Math.ceil(seconds / 60)}m`;
}
