import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Manifest } from '../../components/kit/manifest.ts';
import { applyChanges, parsePath } from './changes.ts';
import { valueChanges } from './value-changes.ts';

const word = fc.stringMatching(/^[a-z][a-zA-Z0-9/-]{0,6}$/);
/** Never a field that is set, which could take from an item what it is found by. */
const key = fc.stringMatching(/^[A-Z][a-z]{0,6}$/);
const field = fc.record({ field: word }, { noNullPrototype: true });
const item = fc.record({ key, value: fc.stringMatching(/^[a-z0-9.=/-]{0,6}$/) }, { noNullPrototype: true });
/** Fields, and items of the lists in them. */
const steps = fc
  .array(fc.oneof(fc.tuple(field), fc.tuple(field, item)), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat());

function spell(path: readonly ({ field: string } | { key: string; value: string })[]): string {
  return path
    .map((one, index) =>
      'field' in one ? `${index > 0 ? '.' : ''}${one.field}` : `[${one.key}=${one.value}]`,
    )
    .join('');
}

const object = (spec: unknown) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'one' }, spec });

test('a path that is spelled out is read as the same steps', () => {
  fc.assert(fc.property(steps, (path) => assert.deepEqual(parsePath(spell(path)), path)));
});

test('what is not a path is refused', () => {
  for (const path of ['', '.', 'a..b', 'a.', 'a[b]', 'a[=c]', 'a[b=c', 'a]b', '[b=c]x'])
    assert.throws(() => parsePath(path), RangeError, path);
});

test('a change sets what its path names, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.dictionary(word, fc.nat(), { noNullPrototype: true }),
      steps,
      fc.nat(),
      (spec, path, value) => {
        const before = object({ kept: spec });
        const set = { [`spec.${spell(path)}`]: value };
        const changes = [{ kind: 'Thing', name: 'one', set }];
        fc.pre(!isDeepStrictEqual(path[0], { field: 'kept' }));
        // An item that is replaced as a whole may lose what it was found by.
        fc.pre('field' in (path.at(-1) ?? {}));
        const [after] = applyChanges([before], changes);
        assert.deepEqual(before, object({ kept: spec }), 'what is given is left alone');
        assert.deepEqual((after?.spec as { kept: unknown }).kept, spec);
        assert.ok(
          valueChanges(before, after).every(
            (one) => one.path.startsWith('spec.') && one.path !== 'spec.kept',
          ),
        );
        assert.deepEqual(applyChanges([after as Manifest], changes), [after], 'once more changes nothing');
      },
    ),
  );
});

test('a change that finds nothing, or another shape, is an error', () => {
  const change = (path: string, name = 'one') => [{ kind: 'Thing', name, set: { [path]: 1 } }];
  assert.throws(() => applyChanges([object({})], change('spec.a', 'two')), /there is no Thing\/two/);
  assert.throws(() => applyChanges([object({ a: 1 })], change('spec.a.b')), /has no fields/);
  assert.throws(() => applyChanges([object({ a: {} })], change('spec.a[name=b]')), /not in a list/);
});
