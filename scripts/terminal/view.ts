import type { RunReport } from '../engine/run-events.ts';

/** Shows the progress of a run. */
export interface View {
  report: RunReport;
  /** Leaves the screen tidy; nothing is shown afterwards. */
  close(): void;
}

/** The view that suits where the progress goes: redrawn in place on a terminal, plain lines elsewhere. */
export async function openView(stream: NodeJS.WriteStream): Promise<View> {
  if (stream.isTTY && process.env.TERM !== 'dumb') {
    const { LiveView } = await import('./live-view.ts');
    return new LiveView(stream);
  }
  const { PlainView } = await import('./plain-view.ts');
  return new PlainView(stream);
}
