import { backupPlugin, initialDatabase, objectStore } from './names.ts';
import type { Bootstrap, PluginUse } from './operands.ts';
import type { PostgresqlSettings } from './settings.ts';

/** What makes a cluster from the backups of another. Pure. */

/** How a cluster is made from backups, and where they are. */
export interface RecoveryPlan {
  bootstrap: Extract<Bootstrap, { recovery: unknown }>;
  externalClusters: readonly { name: string; plugin: PluginUse }[];
}

/** Reads from the archive of the other cluster and from nowhere else; what it archives itself goes under its own name. */
export function planRecovery({ recovery }: PostgresqlSettings): RecoveryPlan | undefined {
  if (!recovery) return undefined;
  const { server, targetTime } = recovery;
  return {
    bootstrap: {
      recovery: {
        source: server,
        database: initialDatabase,
        owner: initialDatabase,
        ...(targetTime ? { recoveryTarget: { targetTime } } : {}),
      },
    },
    externalClusters: [
      {
        name: server,
        plugin: { name: backupPlugin, parameters: { barmanObjectName: objectStore, serverName: server } },
      },
    ],
  };
}
