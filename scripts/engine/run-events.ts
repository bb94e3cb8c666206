/** What a run tells while it goes on. Views turn it into lines; nothing in it is for machines to decide by. */
import type { LabEvent, ToolEvent } from '../../lab/index.ts';

/** What the engine does with a stack. */
export type Operation = 'up' | 'preview' | 'refresh' | 'destroy';

/** What happens to one resource; `same` says that it was looked at and left alone. */
export type Change = 'create' | 'update' | 'replace' | 'delete' | 'same' | 'read';

/** How many resources met each change. Components count like the objects in them. */
export type ChangeCounts = Readonly<Partial<Record<Change, number>>>;

/** A resource as people know it. */
export interface ResourceLabel {
  urn: string;
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  type: string;
  /** Logical name in the program. */
  name: string;
}

/** One piece of progress. */
export type RunEvent =
  | { type: 'tool'; event: ToolEvent }
  | { type: 'lab'; event: LabEvent }
  | { type: 'step-begins'; step: string }
  | { type: 'step-ends'; step: string; detail: string; elapsedMs: number; failed: boolean }
  | { type: 'layer-begins'; layer: string; operation: Operation; total: number }
  | { type: 'resource-begins'; layer: string; resource: ResourceLabel; change: Change }
  | { type: 'resource-ends'; layer: string; resource: ResourceLabel; change: Change; failed: boolean }
  | { type: 'layer-ends'; layer: string; counts: ChangeCounts; elapsedMs: number; failed: boolean }
  | { type: 'notice'; text: string };

/** Receives progress. */
export type RunReport = (event: RunEvent) => void;

/** Who is told, and who may interrupt. */
export interface AccessOptions {
  report: RunReport;
  signal: AbortSignal;
}
