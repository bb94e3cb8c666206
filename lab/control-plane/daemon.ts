/** Starts components as daemons, finds them again in the process table, and ends them. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses, processIdentity } from '../host/processes.ts';
import { argumentsOf, type ComponentName, componentNames, firstArgument } from './components.ts';
import type { LabLayout } from './layout.ts';
import type { Ports } from './ports.ts';

/** The process ids of the components that run. */
export type RunningComponents = Partial<Record<ComponentName, number>>;

/** How much of an earlier log is kept when a component starts again, in bytes. */
const keptLog = 256 * 1024;

/** The log of a component. */
export function logFile(layout: LabLayout, component: ComponentName): string {
  return join(layout.logs, `${component}.log`);
}

/**
 * Starts a component in a session of its own, so that it outlives us and no terminal's interrupt reaches it. Its
 * first argument and its name are how it is found again; there is no pid file that could be stale.
 */
export function startDaemon(
  component: ComponentName,
  program: string,
  layout: LabLayout,
  ports: Ports,
): number {
  const log = logFile(layout, component);
  keepTail(log);
  const output = openSync(log, 'a', 0o600);
  try {
    writeSync(output, `--- ${component} starts at ${new Date().toISOString()}\n`);
    const child = spawn(program, argumentsOf(component, layout, ports), {
      argv0: component,
      cwd: layout.directory,
      detached: true,
      stdio: ['ignore', output, output],
      env: daemonEnvironment(),
    });
    // A program that can't be started reports so later; the missing process is what the caller looks at.
    child.on('error', (error) => writeFileSync(log, `${error.message}\n`, { flag: 'a' }));
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(output);
  }
}

/** Finds the components of a lab among this user's processes. */
export function findRunning(layout: LabLayout): RunningComponents {
  const running: RunningComponents = {};
  const processes = listProcesses();
  for (const component of componentNames) {
    const beginning = `${component} ${firstArgument(component, layout)}`;
    const found = processes.find(
      ({ commandLine }) => commandLine === beginning || commandLine.startsWith(`${beginning} `),
    );
    if (found !== undefined) running[component] = found.pid;
  }
  return running;
}

/**
 * Ends one component: asks it to stop, and kills it when it takes longer than `patienceMs`. Resolves when it is gone.
 */
export async function endDaemon(pid: number, patienceMs: number): Promise<void> {
  const identity = processIdentity(pid);
  const same = () => identity !== undefined && processIdentity(pid) === identity;
  const deadline = performance.now() + patienceMs;
  signal(pid, 'SIGTERM');
  while (same() && performance.now() < deadline) await delay(20);
  if (!same()) return;
  signal(pid, 'SIGKILL');
  while (same()) await delay(20);
}

/** The last lines of a component's log, for error messages. */
export function logTail(layout: LabLayout, component: ComponentName, lines = 12): string[] {
  try {
    const text = readFileSync(logFile(layout, component), 'utf8').trimEnd();
    const sinceStart = text.slice(Math.max(0, text.lastIndexOf(`--- ${component} starts at`)));
    return sinceStart.split('\n').slice(1).slice(-lines);
  } catch {
    return [];
  }
}

/** Cuts a log that grew over earlier runs down to its end. */
function keepTail(log: string): void {
  try {
    if (statSync(log).size <= keptLog) return;
    const text = readFileSync(log);
    writeFileSync(log, text.subarray(text.length - keptLog));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The user's credentials and proxies have no business in a component that talks to this machine alone. */
function daemonEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
