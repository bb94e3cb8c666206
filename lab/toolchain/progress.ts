/** Turns the steps of getting a program into events, one at the beginning and one every second. */
import type { ToolReport, ToolStep } from './events.ts';
import type { ToolName } from './tool.ts';

/** A step under way. */
export interface Step {
  /** Time since it began, in milliseconds. */
  elapsedMs(): number;
  /** Corrects how long it is expected to take, in milliseconds. */
  expect(milliseconds: number): void;
  end(): void;
}

/** Begins a step. */
export type ProgressOf = (step: ToolStep, detail: string, expectedMs?: number) => Step;

/** How often a step under way reports, in milliseconds. */
const tickMs = 1000;

/** Reports the steps of one or several programs that are got together. */
export function progressOf(tools: readonly ToolName[], report: ToolReport | undefined): ProgressOf {
  return (step, detail, initiallyExpectedMs) => {
    const began = performance.now();
    let expectedMs = initiallyExpectedMs;
    const elapsedMs = () => Math.round(performance.now() - began);
    const tell = () => {
      for (const tool of tools) {
        report?.({
          tool,
          step,
          elapsedMs: elapsedMs(),
          detail,
          ...(expectedMs === undefined ? {} : { expectedMs: Math.round(expectedMs) }),
        });
      }
    };
    tell();
    const timer = setInterval(tell, tickMs);
    return {
      elapsedMs,
      expect: (milliseconds) => {
        expectedMs = milliseconds;
      },
      end: () => clearInterval(timer),
    };
  };
}
