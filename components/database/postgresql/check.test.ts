import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from '../../../tests/support/recorded-platform.ts';
import { InvalidInputError } from '../../kit/violation.ts';

const refusals: [string, Record<string, unknown>, string[]][] = [
  ['more connections than the memory serves', { connections: 2000 }, ['resources.memory']],
  ['a log without room', { walStorage: '512Mi' }, ['walStorage']],
  [
    'a pool that asks for more than there is',
    { pooler: { replicas: 3, connections: 100 } },
    ['pooler.connections'],
  ],
  [
    'everything at once',
    { connections: 5000, walStorage: '16Mi', pooler: { replicas: 9, connections: 1000 } },
    ['resources.memory', 'walStorage', 'pooler.connections'],
  ],
  [
    'a backup without a destination',
    { backup: { credentials: { kind: 'pod-identity' } } },
    ['backup.destination'],
  ],
  [
    'a store that is reached without TLS',
    {
      backup: {
        destination: 's3://example/backups',
        endpoint: 'http://objects.example.org',
        credentials: { kind: 'pod-identity' },
      },
    },
    ['backup.endpoint'],
  ],
];

for (const [name, database, paths] of refusals) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => planOf({ profile: 'small', capabilities: { database } }),
      (error) => {
        assert.ok(error instanceof InvalidInputError, String(error));
        assert.deepEqual(
          error.violations.map(({ path }) => path),
          paths.map((path) => `capabilities.database.${path}`),
        );
        return true;
      },
    );
  });
}
