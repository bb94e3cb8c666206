/** The process table of this machine, as far as it belongs to the user who runs us. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';

/** One running process of this user. */
export interface RunningProcess {
  readonly pid: number;
  /** The arguments joined by single spaces, beginning with the program's name. */
  readonly commandLine: string;
}

/** Lists this user's running processes; zombies and kernel threads have no command line and are left out. */
export function listProcesses(): RunningProcess[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

/**
 * What tells a process from a later one with the same id: the machine's boot and the process's start.
 * Undefined when no such process runs.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const [state = 'Z', ...started] = (ps(['-o', 'state=,lstart=', '-p', String(pid)]) ?? '')
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  }
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name stands in brackets and may itself hold blanks and brackets; the rest is split by blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  const boot = readOrUndefined('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  // The start time is field 22 of the line, counted from one; two fields precede the slice.
  return `${boot}/${fields[19]}`;
}

/** Whether a process with this id runs, whoever owns it. */
export function isRunning(pid: number): boolean {
  return processIdentity(pid) !== undefined;
}

function listFromProc(): RunningProcess[] {
  const own = process.getuid?.();
  const found: RunningProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (statSync(`/proc/${entry}`).uid !== own) continue;
      const commandLine = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').join(' ').trimEnd();
      if (commandLine !== '') found.push({ pid: Number(entry), commandLine });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

function listFromPs(): RunningProcess[] {
  const table = ps(['-xww', '-o', 'pid=,state=,command=', '-U', String(process.getuid?.() ?? '')]) ?? '';
  return table.split('\n').flatMap((line) => {
    const [, pid, state, commandLine] = line.match(/^\s*(\d+)\s+(\S+)\s+(.*)$/) ?? [];
    if (pid === undefined || commandLine === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), commandLine }];
  });
}

function ps(arguments_: string[]): string | undefined {
  try {
    return execFileSync('ps', arguments_, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
