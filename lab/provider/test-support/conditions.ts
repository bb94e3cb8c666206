import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something is so, asked again and again. @throws {Error} after a minute */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > 60_000) throw new Error(`waited a minute for ${what}`);
    await delay(20);
  }
}

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
