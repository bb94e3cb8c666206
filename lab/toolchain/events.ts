/** What the toolchain tells its caller: progress while it works, one error with everything that failed. */
import type { ToolName } from './tool.ts';

/** What is being done for a program. */
export type ToolStep =
  'found' | 'waiting' | 'unreachable' | 'downloading' | 'verifying' | 'building' | 'installed' | 'failed';

/** One piece of progress. Long steps report again every second. */
export interface ToolEvent {
  readonly tool: ToolName;
  readonly step: ToolStep;
  /** Time since the step began, in milliseconds. */
  readonly elapsedMs: number;
  /** How long the step is expected to take, in milliseconds, where that is known. */
  readonly expectedMs?: number;
  /** For people: the path found, the address, the reason. */
  readonly detail: string;
}

/** Receives progress. */
export type ToolReport = (event: ToolEvent) => void;

/** Why one program could not be had. */
export interface ToolFailure {
  readonly tool: ToolName;
  /** What was tried, in order, each with its outcome. */
  readonly attempts: readonly string[];
  /** What to do about it. */
  readonly fix: string;
}

/** Some programs could not be had; names every one of them, what was tried and what to do. */
export class ToolchainError extends Error {
  override readonly name = 'ToolchainError';
  readonly failures: readonly ToolFailure[];

  constructor(failures: readonly ToolFailure[]) {
    const blocks = failures.map(({ tool, attempts, fix }) =>
      [`${tool}:`, ...attempts.map((attempt) => `  tried: ${attempt}`), `  fix:   ${fix}`].join('\n'),
    );
    super(`${failures.length} of the programs could not be had.\n${blocks.join('\n')}`);
    this.failures = failures;
  }
}
