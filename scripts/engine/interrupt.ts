import { killEngines } from './engine-command.ts';

/** Exit code of a command that was interrupted, as shells count it. */
export const interruptedExitCode = 130;

/**
 * Runs something that can be interrupted. The first Ctrl-C (or SIGTERM) asks it to stop in an orderly way, a second
 * one kills the engine and ends this process at once.
 */
export async function interruptible<T>(
  tell: (text: string) => void,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      killEngines();
      process.exit(interruptedExitCode);
    }
    tell('Stopping in an orderly way: what is under way is finished first. Once more (Ctrl-C) kills.');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await action(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
