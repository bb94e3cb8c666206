import type { KubernetesObject, ObjectReference } from '../kubernetes/index.ts';
import type { Cluster } from './cluster.ts';

/** How a wait ended. */
export type WaitOutcome<Result> =
  { outcome: 'done'; result: Result } | { outcome: 'timeout' } | { outcome: 'cancelled' };

/** What a wait looks for, and whom it tells. */
export interface Wait<Result> {
  /** Looks at the object (undefined: gone); anything but undefined ends the wait. */
  judge(object: KubernetesObject | undefined): Result | undefined | Promise<Result | undefined>;
  timeoutMs: number;
  /** States older than this one are passed over. */
  since?: KubernetesObject;
  /** Told every few seconds, so that a slow thing is named. */
  onStillWaiting?: (object: KubernetesObject | undefined, elapsedMs: number) => void | Promise<void>;
}

/**
 * After how much silence a state is read, in milliseconds: soon at first, since a watch does not tell what happened
 * while it was being opened, then less and less often, in case a change was missed otherwise.
 */
const firstRereadMs = 200;
const lastRereadMs = 5000;

/** Waits until an object is as wanted, told by a watch and by reading it now and then. Never longer than the timeout. */
export async function waitForObject<Result>(
  cluster: Cluster,
  reference: ObjectReference,
  wait: Wait<Result>,
): Promise<WaitOutcome<Result>> {
  const started = performance.now();
  const ended = new AbortController();
  const deadline = setTimeout(() => ended.abort('timeout'), wait.timeoutMs);
  const onCancel = () => ended.abort('cancelled');
  cluster.signal.addEventListener('abort', onCancel, { once: true });
  if (cluster.signal.aborted) onCancel();

  const news: (KubernetesObject | undefined)[] = [];
  let wake = () => {};
  let rereadMs = firstRereadMs;
  const unfollow = cluster.watches.follow(reference, (object) => {
    news.push(object);
    wake();
  });
  try {
    for (let read = true; !ended.signal.aborted;) {
      const states = read ? [await cluster.client.find(reference, { signal: ended.signal })] : news.splice(0);
      for (const state of states) {
        if (isOlder(state, wait.since)) continue;
        const result = await wait.judge(state);
        if (result !== undefined) return { outcome: 'done', result };
      }
      if (read) await wait.onStillWaiting?.(states[0], performance.now() - started);
      read = !(await changed());
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  } finally {
    unfollow();
    clearTimeout(deadline);
    cluster.signal.removeEventListener('abort', onCancel);
  }
  return { outcome: ended.signal.reason === 'timeout' ? 'timeout' : 'cancelled' };

  /** Resolves to whether there is news, after at most `rereadMs`, which grows. */
  function changed(): Promise<boolean> {
    if (news.length > 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        ended.signal.removeEventListener('abort', finish);
        wake = () => {};
        resolve(news.length > 0);
      };
      const timer = setTimeout(finish, rereadMs);
      rereadMs = Math.min(2 * rereadMs, lastRereadMs);
      ended.signal.addEventListener('abort', finish, { once: true });
      wake = finish;
    });
  }
}

/** Resource versions are decimal numbers that grow (KEP-5504). */
function isOlder(state: KubernetesObject | undefined, since: KubernetesObject | undefined): boolean {
  const [version, bound] = [state?.metadata.resourceVersion, since?.metadata.resourceVersion];
  if (!version || !bound || state?.metadata.uid !== since?.metadata.uid) return false;
  return BigInt(version) < BigInt(bound);
}
