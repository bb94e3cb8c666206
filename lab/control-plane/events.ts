/** What the control plane tells its caller while it starts and stops. */
import type { ComponentName } from './components.ts';

/** One piece of progress. */
export interface LabEvent {
  readonly step: 'waiting' | 'starting' | 'ready' | 'stopping' | 'stopped' | 'notice';
  readonly component?: ComponentName | 'nodes' | 'lab';
  /** Time since the start or stop began, in milliseconds. */
  readonly elapsedMs: number;
  /** For people. */
  readonly detail: string;
}

/** Receives progress. */
export type LabReport = (event: LabEvent) => void;

/** Passes events on with the time since now. */
export type Tell = (event: Omit<LabEvent, 'elapsedMs'>) => void;

/** Starts the clock of a start or a stop. */
export function timed(report: LabReport | undefined): Tell {
  const began = performance.now();
  return (event) => report?.({ ...event, elapsedMs: Math.round(performance.now() - began) });
}
