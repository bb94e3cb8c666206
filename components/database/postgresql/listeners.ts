import type { DeclaredException } from '../../kit/exceptions.ts';
import { gateSubject } from '../../kit/gate.ts';
import type { Listener } from '../../kit/listeners.ts';
import { poolerOf, ports } from './names.ts';
import { operatorName, pluginName } from './operators.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Every port that the capability opens. */
export function listenersOf({ pooler, backup }: PostgresqlSettings): Listener[] {
  const tls = (name: string, port: number, purpose: string) => ({ name, port, tls: true, purpose });
  return [
    tls('postgresql', ports.postgresql, 'clients and copies, with a certificate of their own'),
    tls('postgresql-status', ports.status, 'state of an instance, for the operator and the other instances'),
    tls('postgresql-metrics', ports.metrics, 'metrics'),
    tls(`${operatorName}-webhook`, ports.webhook, 'admission requests of the API server'),
    { name: `${operatorName}-metrics`, port: ports.operatorMetrics, tls: false, purpose: 'metrics' },
    ...(pooler.replicas > 0
      ? [
          tls('pooler', ports.postgresql, 'clients that share connections, with a certificate of their own'),
          tls('pooler-metrics', ports.poolerMetrics, 'metrics'),
        ]
      : []),
    ...(backup
      ? [tls(pluginName, ports.plugin, 'backups, for the operator, with a certificate of its own')]
      : []),
  ];
}

/** What PostgreSQL by CloudNativePG can't do without. */
export function exceptionsOf({ name, pooler, backup }: PostgresqlSettings): DeclaredException[] {
  const controller = 'A controller reads and writes its objects through the API server.';
  const manager =
    'The manager in each of its pods reads what it is to run from the API server, and reports there.';
  const api = (subject: string, reason: string) => ({ rule: 'kubernetes-api' as const, subject, reason });
  return [
    {
      rule: 'listener-plaintext',
      subject: `${operatorName}-metrics`,
      reason: 'Metrics only; reached from the metrics namespace alone.',
    },
    api(operatorName, controller),
    api(gateSubject, controller),
    api(name, manager),
    ...(pooler.replicas > 0 ? [api(poolerOf(name), manager)] : []),
    ...(backup ? [api(pluginName, controller)] : []),
  ];
}
