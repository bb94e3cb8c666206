import type { View } from './view.ts';

/** The view that suits where the progress goes: redrawn in place on a terminal, plain lines elsewhere. */
export async function openView(stream: NodeJS.WriteStream): Promise<View> {
  if (stream.isTTY && process.env.TERM !== 'dumb') {
    const { LiveView } = await import('./live-view.ts');
    return new LiveView(stream);
  }
  const { PlainView } = await import('./plain-view.ts');
  return new PlainView(stream);
}
