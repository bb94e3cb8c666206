/** Finds the engine and its provider in the process table. */
import { execFileSync } from 'node:child_process';

interface Row {
  pid: number;
  parent: number;
  commandLine: string;
}

/** The engines that work in a home: processes of the program that lies in it. */
export function enginesIn(home: string): number[] {
  return table()
    .filter(
      ({ commandLine }) => commandLine.startsWith(`${home}/`) && /\/pulumi (up|destroy) /.test(commandLine),
    )
    .map(({ pid }) => pid);
}

/** The Kubernetes providers that the engines of a home have started. */
export function providersIn(home: string): number[] {
  const engines = enginesIn(home);
  return table()
    .filter(({ parent, commandLine }) => engines.includes(parent) && commandLine.includes('provider/main.ts'))
    .map(({ pid }) => pid);
}

function table(): Row[] {
  const text = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, commandLine] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return commandLine === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), commandLine }];
  });
}
