import { createLogUpdate } from 'log-update';
import type { RunEvent } from '../engine/run-events.ts';
import { describeType } from '../engine/urn.ts';
import { RunModel, slowResources, type StepState } from './run-model.ts';
import { type Paint, painter, type Role } from './style.ts';
import type { View } from './view.ts';
import { formatDuration } from './words.ts';

/** How often the screen is drawn, in milliseconds: often enough to look alive, seldom enough to be calm. */
const frameMs = 120;

/** How long a resource takes before it is named, in milliseconds. */
const slowMs = 2500;

/** How many slow resources are named at a time. */
const slowShown = 4;

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** A piece of a line and what it is. */
type Segment = readonly [Role | 'plain', string];

/** Progress on a terminal: one line for each step, redrawn in place. */
export class LiveView implements View {
  readonly #stream: NodeJS.WriteStream;
  readonly #model = new RunModel();
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #paint: Paint;
  readonly #timer: NodeJS.Timeout;
  #frame = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#draw = createLogUpdate(stream);
    this.#paint = painter(stream);
    this.#timer = setInterval(this.#render, frameMs);
    this.#timer.unref();
    stream.on('resize', this.#redraw);
  }

  report = (event: RunEvent): void => {
    this.#model.apply(event);
    if (event.type === 'notice') this.#draw.persist(event.text);
    // What is finished is shown at once, because the run may end before the next frame.
    if (event.type === 'step-ends' || event.type === 'layer-ends') this.#render();
  };

  close(): void {
    clearInterval(this.#timer);
    this.#stream.off('resize', this.#redraw);
    this.#render();
    this.#draw.done();
  }

  /** Lines that were broken by a narrower window can't be counted any more, so what is there is wiped first. */
  #redraw = (): void => {
    this.#draw.clear();
    this.#render();
  };

  #render = (): void => {
    this.#frame += 1;
    const now = performance.now();
    const lines = this.#model.steps.flatMap((step) => [this.#stepLine(step, now), ...slowLines(step, now)]);
    const [width, height] = [(this.#stream.columns || 80) - 1, (this.#stream.rows || 24) - 2];
    this.#draw(
      lines
        .slice(-height)
        .map((line) => this.#fit(line, width))
        .join('\n'),
    );
  };

  #stepLine(step: StepState, now: number): Segment[] {
    const time = formatDuration(step.elapsedMs ?? now - step.began);
    const sign: Segment = {
      running: ['accent', spinner[this.#frame % spinner.length] ?? ''] as const,
      done: ['good', '✓'] as const,
      failed: ['bad', '✗'] as const,
    }[step.state];
    const running: Segment[] =
      step.state === 'running' && step.progress
        ? [
            ['accent', bar(step.progress)],
            ['plain', ` ${step.progress.done}/${step.progress.total} `],
          ]
        : [];
    return [
      sign,
      ['strong', ` ${step.name.padEnd(12)}`],
      ...running,
      ['plain', step.detail],
      ['quiet', `  ${time}`],
    ];
  }

  /** Cuts a line to the width of the screen and paints it. */
  #fit(line: readonly Segment[], width: number): string {
    let left = width;
    return line
      .map(([role, text]) => {
        const cut = text.length > left ? `${text.slice(0, Math.max(0, left - 1))}…`.slice(0, left) : text;
        left -= cut.length;
        return role === 'plain' ? cut : this.#paint(role, cut);
      })
      .join('');
  }
}

/** The resources of a step that take long, the longest first. */
function slowLines(step: StepState, now: number): Segment[][] {
  const slow = slowResources(step, now, slowMs);
  const lines = slow.slice(0, slowShown).map(({ resource, began }): Segment[] => [
    ['quiet', `    ${formatDuration(now - began).padStart(6)}  `],
    ['plain', resource.name],
    ['quiet', `  ${describeType(resource.urn)}`],
  ]);
  const more = slow.length - slowShown;
  return more > 0 ? [...lines, [['quiet', `            and ${more} more`]]] : lines;
}

function bar({ done, total }: { done: number; total: number }): string {
  const width = 20;
  const filled = total === 0 ? width : Math.round((done / total) * width);
  return '━'.repeat(filled) + '╌'.repeat(width - filled);
}
