import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidInput } from './errors.ts';
import { createUpcasting, type Upcaster } from './upcasting.ts';

const step = (type: string, schemaVersion: number, to?: Upcaster['to']): Upcaster => ({
  type,
  schemaVersion,
  ...(to && { to }),
  upcast: (data) => [...(data as string[]), `${type}${schemaVersion}`],
});
const event = (type: string, schemaVersion: number) => ({ type, schemaVersion, data: [], metadata: {} });

describe('upcasting', () => {
  it('goes from step to step, over versions and names', () => {
    const steps = [step('B', 3), step('A', 1), step('A', 2, { type: 'B', schemaVersion: 3 })];
    const upcasting = createUpcasting(steps);
    assert.deepEqual(upcasting.upcast(event('A', 1)), { ...event('B', 4), data: ['A1', 'A2', 'B3'] });
    assert.deepEqual(upcasting.upcast(event('B', 3)), { ...event('B', 4), data: ['B3'] });
    assert.deepEqual(upcasting.upcast(event('B', 4)), event('B', 4));
    assert.deepEqual(upcasting.upcast(event('C', 1)), event('C', 1));
  });

  it('stores new events at the newest version of their type', () => {
    const { currentVersion } = createUpcasting([
      step('A', 1),
      step('A', 2),
      step('X', 1, { type: 'Y', schemaVersion: 7 }),
    ]);
    assert.deepEqual(['A', 'X', 'Y', 'Z'].map(currentVersion), [3, 1, 7, 1]);
  });

  it('leaves the event that it was given as it was', () => {
    const given = Object.freeze({ ...event('A', 1), data: Object.freeze([]) });
    assert.notEqual(createUpcasting([step('A', 1)]).upcast(given), given);
  });

  it('refuses steps that contradict each other, naming each', () => {
    const steps = [
      step('A', 1),
      step('A', 1),
      step('B', 0),
      step('C', 1, { type: 'D', schemaVersion: 1 }),
      step('D', 1, { type: 'C', schemaVersion: 1 }),
    ];
    assert.throws(
      () => createUpcasting(steps),
      (error) => {
        assert.ok(error instanceof InvalidInput);
        assert.deepEqual(error.violations, [
          'upcasters[1]: another one reads A at version 1 already',
          'upcasters[2]: schemaVersion is 0, allowed are 1, 2, 3, …',
          'upcasters[3]: C at version 1 leads back to itself',
          'upcasters[4]: D at version 1 leads back to itself',
        ]);
        return true;
      },
    );
  });
});
