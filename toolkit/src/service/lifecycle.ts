import type { Clock } from '../clock/index.ts';
import type { Component } from './component.ts';

/**
 * Where a service is in its life: `failed` is the end of one that did not start.
 *
 * @example
 * const isOver = (state: ServiceState) => state === 'stopped' || state === 'failed';
 */
export type ServiceState = 'new' | 'starting' | 'ready' | 'stopping' | 'stopped' | 'failed';

type OnProblem = (error: unknown, component: string) => void;

/** How {@link stopComponents} goes about it. */
export interface StopOptions {
  readonly clock: Clock;
  readonly noticeTime: number;
  readonly drainTime: number;
  readonly onProblem: OnProblem;
}

/**
 * Sends callers away, waits until they have noticed, takes no new work, and gives what is at hand its time. Each phase
 * is carried out by all components before the next begins; one that fails in a phase holds up none of the others.
 */
export async function stopComponents(components: readonly Component[], options: StopOptions): Promise<void> {
  const { clock, noticeTime, drainTime, onProblem } = options;
  if (components.length === 0) return;
  await inTurn(components, (component) => component.prepareStop?.(), onProblem);
  if (noticeTime > 0) await clock.sleep(noticeTime);
  await inTurn(components, (component) => component.stopAccepting?.(), onProblem);
  const controller = new AbortController();
  const reason = new Error(`work was still at hand after ${drainTime} ms`);
  const timer = clock.setTimeout(() => controller.abort(reason), drainTime);
  // What is at hand in one may need another: all of them end their work side by side, none is closed yet.
  await Promise.all(
    components.map((component) => attempt(component, () => component.drain?.(controller.signal), onProblem)),
  );
  clock.clearTimeout(timer);
  if (controller.signal.aborted) onProblem(reason, 'drain');
}

/** Closes components one after the other, each within its time. */
export async function closeComponents(
  components: readonly Component[],
  options: { readonly clock: Clock; readonly closeTime: number; readonly onProblem: OnProblem },
): Promise<void> {
  const { clock, closeTime, onProblem } = options;
  for (const component of components) {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = clock.setTimeout(
      () => reject(new Error(`it was not closed after ${closeTime} ms`)),
      closeTime,
    );
    await attempt(component, () => Promise.race([component.close?.(), late]), onProblem);
    clock.clearTimeout(timer);
  }
}

async function inTurn(
  components: readonly Component[],
  act: (component: Component) => Promise<void> | void,
  onProblem: OnProblem,
): Promise<void> {
  for (const component of components) await attempt(component, () => act(component), onProblem);
}

async function attempt(
  component: Component,
  act: () => Promise<void> | undefined | void,
  onProblem: OnProblem,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    onProblem(error, component.name);
  }
}
