import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Implementation } from '../components/kit/capability.ts';
import { planContext } from '../components/kit/plan-context.ts';
import { profileNames } from '../components/kit/profile.ts';
import type { Release } from '../components/kit/release.ts';
import { registry } from '../components/registry.ts';
import { readEnvironment } from '../stacks/environment.ts';
import { chartInterface, judgeValues } from './support/chart-values.ts';
import { mirror } from './support/recorded-platform.ts';

/** What an implementation installs at one size. */
function releasesAt(
  implementation: Implementation,
  profile: (typeof profileNames)[number],
): readonly Release[] {
  const { environment } = readEnvironment('test', { profile, cluster: { kind: 'lab' } }, registry);
  return implementation.releases(planContext(environment, implementation.sizes[profile]));
}

const releases = registry.flatMap(({ implementations }) =>
  implementations.flatMap((implementation) =>
    profileNames.flatMap((profile) =>
      releasesAt(implementation, profile).map((release) => ({
        implementation: implementation.name,
        profile,
        release,
      })),
    ),
  ),
);

describe(
  'values of charts',
  { skip: mirror ? false : 'there is no mirror of upstream value schemas' },
  () => {
    const judged = new Set<string>();
    const without = new Set<string>();
    for (const { implementation, profile, release } of releases) {
      const { source, name } = release.upstream;
      if (source.type !== 'chart') continue;
      const known = mirror ? chartInterface(mirror, source.chart) : undefined;
      if (!known) {
        without.add(`${name} (${source.chart})`);
        continue;
      }
      judged.add(name);
      test(`of ${name}, which ${implementation} installs, are ones that the chart takes: ${profile}`, () => {
        assert.ok(release.values && Object.keys(release.values).length > 0, 'it is given no values at all');
        assert.deepEqual(judgeValues(release.values, known), []);
      });
    }

    test('are judged for at least two charts', (context) => {
      if (without.size > 0)
        context.diagnostic(`the mirror has nothing to judge by: ${[...without].join(', ')}`);
      assert.ok(judged.size >= 2, [...judged].join(', '));
    });
  },
);

describe('the judgement of values', () => {
  const known = {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        nested: { $ref: '#/$defs/nested' },
        free: { type: 'object' },
      },
      $defs: { nested: { type: 'object', properties: { text: { type: 'string' } } } },
    },
    defaults: { labels: {}, more: { level: 'info' } },
  };

  test('takes what schema or defaults know', () => {
    const values = {
      replicas: 2,
      nested: { text: 'a' },
      free: { whatever: 1 },
      labels: { any: 'thing' },
      more: { level: 'debug' },
    };
    assert.deepEqual(judgeValues(values, known), []);
  });

  test('finds keys that neither knows, and values of another type', () => {
    const problems = judgeValues(
      { replica: 2, nested: { texts: 'a' }, more: { levels: 1 }, replicas: 'two' },
      known,
    );
    assert.deepEqual(problems, [
      'the chart knows no replica',
      'the chart knows no nested.texts',
      'the chart knows no more.levels',
      '/replicas must be integer',
    ]);
  });
});
