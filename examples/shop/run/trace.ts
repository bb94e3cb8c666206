import { readFile } from 'node:fs/promises';
import type { RecordedSpan } from '../common/tracing.ts';

/** A span with where it stands in its trace. */
export interface TraceStep {
  readonly service: string;
  readonly name: string;
  /** 0 for what the shopper called. */
  readonly depth: number;
  /** Milliseconds after the first span began. */
  readonly after: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly error?: string;
}

/** Reads one trace from where the services write their spans: each span below its parent, in the order of time. */
export async function readTrace(file: string, traceId: string): Promise<TraceStep[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const spans = text
    .split('\n')
    // The last line may be one that is just being written.
    .filter((line) => line.endsWith('}') && line.includes(traceId))
    .map((line) => JSON.parse(line) as RecordedSpan)
    .filter((span) => span.traceId === traceId);
  return arrange(spans);
}

/** Puts spans below their parents. One whose parent is not there (the shopper keeps no spans) is a root. */
export function arrange(spans: readonly RecordedSpan[]): TraceStep[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const first = Math.min(...spans.map(({ start }) => start));
  const below = (parent: string | undefined, depth: number): TraceStep[] =>
    spans
      .filter(({ parentId }) =>
        parent === undefined ? parentId === undefined || !known.has(parentId) : parentId === parent,
      )
      .sort((left, right) => left.start - right.start)
      .flatMap(({ spanId, service, name, kind, start, duration, error }) => [
        {
          service,
          name: kind === 'client' ? `calls ${name}` : name,
          depth,
          after: start - first,
          duration,
          ...(error !== undefined && { error }),
        },
        ...below(spanId, depth + 1),
      ]);
  return below(undefined, 0);
}
