import type { RunReport } from '../engine/run-events.ts';

/** Shows the progress of a run. */
export interface View {
  report: RunReport;
  /** Leaves the screen tidy; nothing is shown afterwards. */
  close(): void;
}
