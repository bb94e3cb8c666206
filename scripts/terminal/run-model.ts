/** What a view knows of a run: its steps, and how far each is. */
import type { ToolEvent } from '../../lab/index.ts';
import type { Change, ChangeCounts, Operation, ResourceLabel, RunEvent } from '../engine/run-events.ts';
import { formatDuration } from './words.ts';

/** A resource that is being worked on. */
export interface ResourceUnderWay {
  resource: ResourceLabel;
  change: Change;
  /** By the process's monotonic clock, in milliseconds. */
  began: number;
}

/** One step of a run, such as the toolchain, the lab, or a layer. */
export interface StepState {
  name: string;
  state: 'running' | 'done' | 'failed';
  /** What there is to say of it at the moment. */
  detail: string;
  began: number;
  elapsedMs?: number;
  /** For a layer: how many of its resources are done. */
  progress?: { done: number; total: number };
  underWay: Map<string, ResourceUnderWay>;
}

const verbs: Readonly<Record<Change, string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  same: 'unchanged',
  read: 'read',
};

const operationVerbs: Readonly<Record<Operation, string>> = {
  up: 'coming up',
  preview: 'comparing',
  refresh: 'reading',
  destroy: 'going down',
};

/** `12 created, 3 unchanged`. */
export function describeCounts(counts: ChangeCounts): string {
  const parts = (Object.keys(verbs) as Change[]).flatMap((change) => {
    const number = counts[change] ?? 0;
    return number > 0 ? [`${number} ${verbs[change]}`] : [];
  });
  return parts.length > 0 ? parts.join(', ') : 'nothing to do';
}

/** Follows a run. */
export class RunModel {
  readonly steps: StepState[] = [];
  readonly #tools = new Map<string, ToolEvent>();

  /** Takes one event in and returns the step that it is about. */
  apply(event: RunEvent): StepState | undefined {
    switch (event.type) {
      case 'tool':
        return this.#tool(event.event);
      case 'lab': {
        const step = this.#running('lab');
        const { component, step: doing } = event.event;
        if (step) step.detail = `${component ?? 'lab'} ${doing}`;
        return step;
      }
      case 'step-begins':
        return this.#begin(event.step);
      case 'step-ends':
        return this.#end(event.step, event.failed ? 'failed' : 'done', event.detail, event.elapsedMs);
      case 'layer-begins': {
        const step = this.#begin(event.layer);
        step.progress = { done: 0, total: event.total };
        step.detail = operationVerbs[event.operation];
        return step;
      }
      case 'resource-begins': {
        const { resource, change } = event;
        const step = this.#running(event.layer);
        step?.underWay.set(resource.urn, { resource, change, began: performance.now() });
        return step;
      }
      case 'resource-ends':
        return this.#resourceEnds(event.layer, event.resource.urn);
      case 'layer-ends':
        return this.#end(
          event.layer,
          event.failed ? 'failed' : 'done',
          describeCounts(event.counts),
          event.elapsedMs,
        );
      case 'notice':
        return undefined;
    }
  }

  #begin(name: string): StepState {
    const step: StepState = {
      name,
      state: 'running',
      detail: '',
      began: performance.now(),
      underWay: new Map(),
    };
    this.steps.push(step);
    return step;
  }

  #end(name: string, state: StepState['state'], detail: string, elapsedMs: number): StepState | undefined {
    const step = this.#running(name);
    if (!step) return undefined;
    step.underWay.clear();
    return Object.assign(step, { state, detail, elapsedMs });
  }

  #running(name: string): StepState | undefined {
    return this.steps.findLast((step) => step.name === name && step.state === 'running');
  }

  #resourceEnds(layer: string, urn: string): StepState | undefined {
    const step = this.#running(layer);
    // Steps of a replacement end several times; what is no longer under way was counted.
    if (!step?.progress || !step.underWay.delete(urn)) return step;
    step.progress.done += 1;
    step.progress.total = Math.max(step.progress.total, step.progress.done);
    return step;
  }

  #tool(event: ToolEvent): StepState | undefined {
    this.#tools.set(event.tool, event);
    const step = this.#running('toolchain');
    const busy = [...this.#tools.values()].filter(
      (one) => !['found', 'installed', 'failed'].includes(one.step),
    );
    if (step) step.detail = busy.map(describeTool).join('; ');
    return step;
  }
}

/** The objects of a step that take longer than a bound, the longest first. Components only wait for them. */
export function slowResources(step: StepState, now: number, boundMs: number): ResourceUnderWay[] {
  return [...step.underWay.values()]
    .filter(({ resource, began }) => resource.type.startsWith('kubernetes:') && now - began >= boundMs)
    .sort((one, other) => one.began - other.began);
}

/** `kwok building, 12 s of about 2 min 0 s`. */
export function describeTool({ tool, step, elapsedMs, expectedMs }: ToolEvent): string {
  const expected = expectedMs === undefined ? '' : ` of about ${formatDuration(expectedMs)}`;
  return `${tool} ${step}${elapsedMs >= 1000 ? `, ${formatDuration(elapsedMs)}${expected}` : ''}`;
}
