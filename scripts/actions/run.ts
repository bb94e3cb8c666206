/** What every command that works on an environment has around it: progress, interruption, and one at a time. */
import { withLock } from '../../lab/host/lock.ts';
import type { AccessOptions } from '../engine/run-events.ts';
import { interruptible } from '../engine/interrupt.ts';
import type { Target } from '../engine/target.ts';
import { openView } from '../terminal/open-view.ts';

/** Runs a piece of work that only reads, with progress on the standard error. */
export async function watch<T>(work: (options: AccessOptions) => Promise<T>): Promise<T> {
  const view = await openView(process.stderr);
  const tell = (text: string) => view.report({ type: 'notice', text });
  try {
    return await interruptible(tell, (signal) => work({ report: view.report, signal }));
  } finally {
    view.close();
  }
}

/** The same for work that changes something: one command at a time works on an environment. */
export async function run<T>(target: Target, work: (options: AccessOptions) => Promise<T>): Promise<T> {
  return watch((access) => {
    const waiting = ({ pid }: { pid: number }) => {
      const text = `Another command (process ${pid}) works on ${target.environment}; waiting for it.`;
      access.report({ type: 'notice', text });
    };
    return withLock(target.places.lock, { signal: access.signal, waiting }, () => work(access));
  });
}
