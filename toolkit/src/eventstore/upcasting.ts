import { InvalidInput } from './errors.ts';
import type { EventMetadata } from './event.ts';

/**
 * The part of a stored event that an upcaster may change.
 *
 * @example
 * const body: EventBody = { type: 'OrderPlaced', schemaVersion: 1, data: { total: 12 }, metadata: {} };
 */
export interface EventBody {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/**
 * Brings events of one type and schema version into the next form. A pure function: the stored event stays as it is,
 * and is brought up each time it is read.
 *
 * @example
 * const cents: Upcaster = {
 *   type: 'OrderPlaced',
 *   schemaVersion: 1,
 *   upcast: (data) => ({ cents: Math.round((data as { total: number }).total * 100) }),
 * };
 */
export interface Upcaster {
  readonly type: string;
  /** The version that it reads. */
  readonly schemaVersion: number;
  /** What the event is after it. @default the same type at the next version */
  readonly to?: { readonly type: string; readonly schemaVersion: number };
  /** Makes the new data of the old. */
  upcast(data: unknown, event: EventBody): unknown;
}

/**
 * A chain of upcasters, checked when it is made.
 *
 * @example
 * const { upcast } = createUpcasting([cents, withCurrency]);
 */
export interface Upcasting {
  /** Applies upcasters until none fits. */
  upcast(event: EventBody): EventBody;
  /** The version new events of a type are stored at: one more than the newest that is brought up, else 1. */
  currentVersion(type: string): number;
}

const key = (type: string, schemaVersion: number) => `${schemaVersion}:${type}`;

/**
 * Links upcasters by type and version.
 *
 * @throws {@link InvalidInput} when two read the same version of a type, or when they go round in circles.
 * @example
 * const upcasting = createUpcasting([
 *   { type: 'OrderPlaced', schemaVersion: 1, upcast: (data) => ({ ...(data as object), currency: 'EUR' }) },
 * ]);
 * upcasting.upcast({ type: 'OrderPlaced', schemaVersion: 1, data: { total: 12 }, metadata: {} }).data;
 * // { total: 12, currency: 'EUR' }
 */
export function createUpcasting(upcasters: readonly Upcaster[]): Upcasting {
  const steps = new Map<string, Upcaster>();
  const current = new Map<string, number>();
  const violations: string[] = [];
  for (const [index, upcaster] of upcasters.entries()) {
    const { type, schemaVersion } = upcaster;
    if (!Number.isSafeInteger(schemaVersion) || schemaVersion < 1) {
      violations.push(`upcasters[${index}]: schemaVersion is ${schemaVersion}, allowed are 1, 2, 3, …`);
    }
    if (steps.has(key(type, schemaVersion))) {
      violations.push(`upcasters[${index}]: another one reads ${type} at version ${schemaVersion} already`);
    }
    steps.set(key(type, schemaVersion), upcaster);
    const target = targetOf(upcaster);
    for (const [name, version] of [
      [type, target.type === type ? target.schemaVersion : schemaVersion],
      [target.type, target.schemaVersion],
    ] as const) {
      current.set(name, Math.max(current.get(name) ?? 1, version));
    }
  }
  for (const [index, upcaster] of upcasters.entries()) {
    const seen = new Set<Upcaster>();
    let next: Upcaster | undefined = upcaster;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const target = targetOf(next);
      next = steps.get(key(target.type, target.schemaVersion));
    }
    if (next === upcaster) {
      violations.push(
        `upcasters[${index}]: ${upcaster.type} at version ${upcaster.schemaVersion} leads back to itself`,
      );
    }
  }
  if (violations.length > 0) throw new InvalidInput('Upcasting', violations);

  return {
    upcast(event) {
      let body = event;
      for (;;) {
        const step = steps.get(key(body.type, body.schemaVersion));
        if (step === undefined) return body;
        body = { ...body, ...targetOf(step), data: step.upcast(body.data, body) };
      }
    },
    currentVersion: (type) => current.get(type) ?? 1,
  };
}

function targetOf(upcaster: Upcaster): { type: string; schemaVersion: number } {
  return upcaster.to ?? { type: upcaster.type, schemaVersion: upcaster.schemaVersion + 1 };
}
