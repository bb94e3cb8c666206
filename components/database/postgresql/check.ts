import { formatBytes, quantityValue } from '../../kit/quantity.ts';
import type { Violation } from '../../kit/violation.ts';
import { instanceSize } from './cluster.ts';
import { planMemory, reservedConnections } from './parameters.ts';
import type { PostgresqlSettings } from './settings.ts';

/** What no field alone can get wrong: sizes that don't fit each other, and a recovery from nowhere. */
export function checkSettings(settings: PostgresqlSettings): Violation[] {
  return [
    ...checkMemory(settings),
    ...checkLog(settings),
    ...checkPool(settings),
    ...checkRecovery(settings),
  ];
}

function checkMemory(settings: PostgresqlSettings): Violation[] {
  if (planMemory(instanceSize(settings)).left >= 0) return [];
  const { connections, resources } = settings;
  return [
    {
      path: 'resources.memory',
      problem: `too little for ${connections} connections and the ${reservedConnections} that are reserved`,
      value: resources.memory,
      fix: 'raise the memory, or lower connections and let clients share them through the pool',
    },
  ];
}

/** Segments of 16 MiB; below 64 of them nothing is left to keep for a copy that restarts. */
const smallestLog = '1Gi';

function checkLog({ walStorage }: PostgresqlSettings): Violation[] {
  if (quantityValue(walStorage) >= quantityValue(smallestLog)) return [];
  return [
    {
      path: 'walStorage',
      problem: 'there is no room for the log while a copy restarts',
      value: walStorage,
      allowed: `at least ${formatBytes(quantityValue(smallestLog))}`,
    },
  ];
}

function checkPool({ pooler, connections }: PostgresqlSettings): Violation[] {
  const asked = pooler.replicas * pooler.connections;
  if (asked <= connections) return [];
  return [
    {
      path: 'pooler.connections',
      problem: `${pooler.replicas} replicas with that many for one role alone ask for ${asked}`,
      value: pooler.connections,
      allowed: `at most ${Math.floor(connections / pooler.replicas)}`,
      fix: 'lower it, or raise connections',
    },
  ];
}

function checkRecovery({ name, backup, recovery }: PostgresqlSettings): Violation[] {
  if (!recovery) return [];
  const violations: Violation[] = [];
  if (!backup) {
    violations.push({
      path: 'recovery',
      problem: 'there is no object store to recover from',
      value: recovery.server,
      fix: 'give backup the destination that the other cluster was backed up to',
    });
  }
  if (recovery.server === name) {
    violations.push({
      path: 'name',
      problem: 'the new cluster would write its log over the archive that it is recovered from',
      value: name,
      allowed: `anything but ${recovery.server}`,
      fix: 'give the cluster another name; clients follow, since they are told its hosts',
    });
  }
  return violations;
}
