import { extract, finishContext, runInContext } from '../context/index.ts';
import type { NewEvent, Recorded, RecordedEvent } from './event.ts';
import { metadataCarrier } from './context-fields.ts';

/** A handler threw; the cause is what it threw. */
export class HandlerFailure extends Error {
  readonly event: RecordedEvent;

  constructor(event: RecordedEvent, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.event = event;
  }
}

/**
 * Runs a handler in the context that the event's metadata carries, aborted by the signal.
 *
 * @throws HandlerFailure
 */
export async function handleInContext<Event extends NewEvent>(
  event: Recorded<Event>,
  signal: AbortSignal,
  handle: (event: Recorded<Event>) => Promise<void> | void,
): Promise<void> {
  // The store's own tables are trusted; what the event's author might do was checked when it was appended.
  const context = extract(metadataCarrier({ ...event.metadata }), { trusted: true, signal });
  try {
    await runInContext(context, () => handle(event));
  } catch (error) {
    throw new HandlerFailure(event, error);
  } finally {
    finishContext(context);
  }
}
