/** Only one run at a time: two that initialise would each think that the other's keys were lost. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster, ClusterObject } from './cluster.ts';
import { RefusedError } from './request.ts';

const leaseName = 'configuration';

/** How a lease is held. */
export interface LeaseOptions {
  /** Who holds it. */
  holder: string;
  /** Seconds after which a holder that went away without a word is given up. */
  seconds: number;
  signal: AbortSignal;
}

/** Runs something while holding the lease; waits for whoever holds it. */
export async function withLease<T>(
  cluster: Cluster,
  options: LeaseOptions,
  run: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  let held = await take(cluster, options);
  while (!held) {
    await wait(Math.min(1000, options.seconds * 250), undefined, { signal: options.signal });
    held = await take(cluster, options);
  }
  const lost = new AbortController();
  const renewal = setInterval(() => {
    take(cluster, options).then(
      (still) => !still && lost.abort(new Error('another run took over')),
      // A renewal that fails is tried again; the lease runs out by itself.
      () => undefined,
    );
  }, options.seconds * 300);
  try {
    return await run(lost.signal);
  } finally {
    clearInterval(renewal);
    await release(cluster, options);
  }
}

async function take(cluster: Cluster, { holder, seconds }: LeaseOptions): Promise<boolean> {
  const there = await cluster.get(`leases/${leaseName}`);
  const other = there?.spec?.holderIdentity;
  const until = Date.parse(String(there?.spec?.renewTime)) + Number(there?.spec?.leaseDurationSeconds) * 1000;
  if (other && other !== holder && until > Date.now()) return false;
  return await write(cluster, there, {
    holderIdentity: holder,
    leaseDurationSeconds: seconds,
    renewTime: microTime(),
  });
}

async function release(cluster: Cluster, { holder }: LeaseOptions): Promise<void> {
  const there = await cluster.get(`leases/${leaseName}`);
  if (there?.spec?.holderIdentity !== holder) return;
  await write(cluster, there, { ...there.spec, holderIdentity: '' });
}

async function write(cluster: Cluster, there: ClusterObject | undefined, spec: Record<string, unknown>) {
  try {
    const metadata = there?.metadata ?? { name: leaseName };
    await cluster.write('leases', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.status === 409) return false;
    throw error;
  }
}

/** The time as Kubernetes writes it in leases, with microseconds. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
