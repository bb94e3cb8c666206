/** Stops a lab: those who use the API server before it, etcd last. */
import { withLock } from '../host/lock.ts';
import type { ComponentName } from './components.ts';
import { endDaemon, findRunning, type RunningComponents } from './daemon.ts';
import { type LabReport, type Tell, timed } from './events.ts';
import { type LabLayout, resolveLayout } from './layout.ts';

/** The order of stopping; the components of one step don't need each other. */
const steps: readonly (readonly ComponentName[])[] = [
  ['kwok', 'kube-scheduler', 'kube-controller-manager'],
  ['kube-apiserver'],
  ['etcd'],
];

/** How long a component may take to stop by itself before it is killed, in milliseconds. */
const defaultPatienceMs = 10_000;

/** Options for {@link stopLab}. */
export interface StopLabOptions {
  readonly report?: LabReport;
  readonly signal?: AbortSignal;
}

/** Stops the lab in `directory`; its data stays. Returns whether anything ran. */
export async function stopLab(directory: string, { report, signal }: StopLabOptions = {}): Promise<boolean> {
  const layout = resolveLayout(directory);
  const tell = timed(report);
  const waiting = ({ pid }: { pid: number }) =>
    tell({ step: 'waiting', component: 'lab', detail: `process ${pid} works on this lab` });
  return withLock(layout.lock, { waiting, ...(signal ? { signal } : {}) }, async () => {
    return stopAll(layout, tell);
  });
}

/** Stops whatever runs of a lab; the caller holds its lock. Returns whether anything ran. */
export async function stopAll(
  layout: LabLayout,
  tell: Tell,
  patienceMs = defaultPatienceMs,
): Promise<boolean> {
  let any = false;
  // Again until nothing is found: a component may run twice after a start without the lock's protection.
  for (;;) {
    const running = findRunning(layout);
    if (Object.keys(running).length === 0) return any;
    any = true;
    await stopComponents(running, tell, patienceMs);
  }
}

/** Stops components of a lab in order. */
export async function stopComponents(
  running: RunningComponents,
  tell: Tell,
  patienceMs = defaultPatienceMs,
): Promise<void> {
  for (const step of steps) {
    await Promise.all(
      step.map(async (component) => {
        const pid = running[component];
        if (pid === undefined) return;
        tell({ step: 'stopping', component, detail: `process ${pid}` });
        await endDaemon(pid, patienceMs);
        tell({ step: 'stopped', component, detail: `process ${pid}` });
      }),
    );
  }
}
