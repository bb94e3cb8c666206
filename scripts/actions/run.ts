/** What every command that works on an environment has around it: progress, interruption, and one at a time. */
import { withLock } from '../../lab/host/lock.ts';
import type { AccessOptions } from '../engine/access.ts';
import { interruptible } from '../engine/interrupt.ts';
import type { Target } from '../engine/target.ts';
import { openView } from '../terminal/view.ts';

/** Runs a piece of work on a target, with progress on the standard error. */
export async function run<T>(target: Target, work: (options: AccessOptions) => Promise<T>): Promise<T> {
  const view = await openView(process.stderr);
  const tell = (text: string) => view.report({ type: 'notice', text });
  try {
    return await interruptible(tell, (signal) => {
      const waiting = ({ pid }: { pid: number }) =>
        tell(`Another command (process ${pid}) works on ${target.environment}; waiting for it.`);
      return withLock(target.places.lock, { signal, waiting }, () => work({ report: view.report, signal }));
    });
  } finally {
    view.close();
  }
}
