import type { RunEvent } from '../engine/run-events.ts';
import { describeType } from '../engine/urn.ts';
import { describeTool, RunModel, slowResources, type StepState } from './run-model.ts';
import type { View } from './view.ts';
import { formatDuration } from './words.ts';

/** How long a resource may take before it is worth a line, in milliseconds. */
const slowMs = 15_000;

/** How often a long step says that it goes on, in milliseconds. */
const aliveMs = 30_000;

/** Progress as lines for logs: one for each thing worth knowing, none for a single resource that goes well. */
export class PlainView implements View {
  readonly #stream: NodeJS.WritableStream;
  readonly #model = new RunModel();
  readonly #timer: NodeJS.Timeout;
  /** When something was last said of each subject. */
  readonly #said = new Map<string, number>();

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#timer.unref();
  }

  report = (event: RunEvent): void => {
    const step = this.#model.apply(event);
    switch (event.type) {
      case 'tool': {
        const { tool, step: doing, detail } = event.event;
        if (doing === 'found') return;
        const subject = `tool ${tool} ${doing}`;
        if (this.#isDue(subject)) this.#line('toolchain', `${describeTool(event.event)} (${detail})`);
        return;
      }
      case 'step-ends':
      case 'layer-ends':
        if (step) this.#line(step.name, `${step.detail}${elapsed(step)}`);
        return;
      case 'layer-begins':
        this.#line(event.layer, `${step?.detail ?? ''}, ${event.total} resources`);
        return;
      case 'resource-ends':
        if (event.failed) this.#line(event.layer, `${event.resource.name} failed`);
        return;
      case 'lab':
        if (event.event.step === 'waiting' || event.event.step === 'notice') {
          this.#line('lab', `${event.event.component ?? ''}: ${event.event.detail}`);
        }
        return;
      case 'notice':
        this.#stream.write(`${event.text}\n`);
        return;
      case 'step-begins':
      case 'resource-begins':
        return;
    }
  };

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    for (const step of this.#model.steps) {
      if (step.state !== 'running' || !step.progress) continue;
      const { done, total } = step.progress;
      for (const { resource, began } of slowResources(step, now, slowMs)) {
        if (!this.#isDue(`resource ${resource.urn}`)) continue;
        const since = formatDuration(now - began);
        this.#line(step.name, `waiting ${since} for ${resource.name} (${describeType(resource.urn)})`);
      }
      if (now - step.began > aliveMs && this.#isDue(`layer ${step.name}`)) {
        this.#line(step.name, `${done} of ${total} resources`);
      }
    }
  }

  /** Whether enough time has passed to speak of something again. */
  #isDue(subject: string): boolean {
    const now = performance.now();
    const last = this.#said.get(subject);
    if (last !== undefined && now - last < aliveMs) return false;
    this.#said.set(subject, now);
    return true;
  }

  #line(name: string, text: string): void {
    this.#stream.write(`${name}: ${text}\n`);
  }
}

function elapsed(step: StepState): string {
  return step.elapsedMs === undefined ? '' : ` (${formatDuration(step.elapsedMs)})`;
}
