/** One operation of the engine on the stack of one layer. */
import type {
  DiagnosticEvent,
  EngineEvent,
  OpType,
  PulumiFn,
  Stack,
} from '@pulumi/pulumi/automation/index.js';
import { EngineFailure, failuresOf, InterruptedError } from './engine-failure.ts';
import type { EngineSession } from './engine-session.ts';
import type { Change, ChangeCounts, Operation, ResourceLabel, RunReport } from './run-events.ts';
import { nameOf } from './urn.ts';

/** What to run. */
export interface LayerRun {
  session: EngineSession;
  stack: string;
  layer: string;
  operation: Operation;
  /** What the stack is to hold. Not needed to destroy it. */
  program?: PulumiFn;
  /** Read every object first, so that what was changed by hand is seen. @default false */
  refresh?: boolean;
  /** How many resources there are, as far as that is known. */
  total: number;
  report: RunReport;
  signal: AbortSignal;
}

/** What came of it. */
export interface LayerResult {
  layer: string;
  counts: ChangeCounts;
  elapsedMs: number;
  /** What was changed, or would be: all but what is the same. */
  changes: readonly (ResourceLabel & { change: Change; fields: readonly string[] })[];
}

/** How many resources the engine works on at a time. Most of a resource's time is waiting for the API server. */
const parallel = 32;

/**
 * Runs it.
 * @throws EngineFailure when the engine fails
 * @throws InterruptedError when the signal ended it
 */
export async function runLayer(run: LayerRun): Promise<LayerResult> {
  const { session, layer, operation, report, signal } = run;
  const began = performance.now();
  const elapsedMs = () => Math.round(performance.now() - began);
  const events = new EventReader(layer, report);
  report({ type: 'layer-begins', layer, operation, total: run.total });
  try {
    const stack = withoutQuestions(await session.openStack(run.stack, run.program));
    const options = {
      parallel,
      signal,
      onEvent: (event: EngineEvent) => events.read(event),
      ...(run.refresh ? { refresh: true } : {}),
    };
    await stack[operation](options);
  } catch (error) {
    report({ type: 'layer-ends', layer, counts: events.counts, elapsedMs: elapsedMs(), failed: true });
    if (signal.aborted) throw new InterruptedError(`${layer}: interrupted after ${events.done} resources`);
    const failures = failuresOf(events.diagnostics);
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineFailure(layer, failures.length > 0 ? failures : [{ message: reason }], session.log);
  }
  report({ type: 'layer-ends', layer, counts: events.counts, elapsedMs: elapsedMs(), failed: false });
  return { layer, counts: events.counts, elapsedMs: elapsedMs(), changes: events.changes };
}

/**
 * After an operation the SDK asks the engine three more questions, each a process of its own, whose answers nobody
 * here reads: the outputs in clear, the outputs masked, and the history.
 */
function withoutQuestions(stack: Stack): Stack {
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}

/** Reads the engine's events and passes on what people want to know. */
class EventReader {
  readonly diagnostics: DiagnosticEvent[] = [];
  readonly changes: (ResourceLabel & { change: Change; fields: readonly string[] })[] = [];
  counts: ChangeCounts = {};
  done = 0;
  readonly #layer: string;
  readonly #report: RunReport;

  constructor(layer: string, report: RunReport) {
    this.#layer = layer;
    this.#report = report;
  }

  read(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent) this.#begin(resourcePreEvent.metadata);
    if (resOutputsEvent) this.#end(resOutputsEvent.metadata, false);
    if (resOpFailedEvent) this.#end(resOpFailedEvent.metadata, true);
    if (diagnosticEvent && !diagnosticEvent.ephemeral) this.diagnostics.push(diagnosticEvent);
    if (summaryEvent) this.counts = countChanges(summaryEvent.resourceChanges);
  }

  #begin({ urn, type, op, diffs }: Metadata): void {
    const change = changeOf(op);
    const resource = { urn, type, name: nameOf(urn) };
    // A replacement is told in three steps; the one that says so is enough.
    if (change !== 'same' && change !== 'read' && !op.endsWith('-replacement') && !op.endsWith('-replaced')) {
      this.changes.push({ ...resource, change, fields: diffs ?? [] });
    }
    this.#report({ type: 'resource-begins', layer: this.#layer, resource, change });
  }

  #end({ urn, type, op }: Metadata, failed: boolean): void {
    this.done += 1;
    const resource = { urn, type, name: nameOf(urn) };
    this.#report({ type: 'resource-ends', layer: this.#layer, resource, change: changeOf(op), failed });
  }
}

type Metadata = NonNullable<EngineEvent['resourcePreEvent']>['metadata'];

function changeOf(operation: OpType): Change {
  switch (operation) {
    case 'create':
    case 'import':
      return 'create';
    case 'update':
      return 'update';
    case 'delete':
    case 'discard':
      return 'delete';
    case 'same':
      return 'same';
    case 'read':
    case 'refresh':
      return 'read';
    default:
      return 'replace';
  }
}

function countChanges(changes: Partial<Record<OpType, number>>): ChangeCounts {
  const counts: Partial<Record<Change, number>> = {};
  for (const [operation, number] of Object.entries(changes)) {
    const change = changeOf(operation as OpType);
    counts[change] = (counts[change] ?? 0) + number;
  }
  return counts;
}
