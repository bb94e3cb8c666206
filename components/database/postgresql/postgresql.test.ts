import { join } from 'node:path';
import { test } from 'node:test';
import { checkGolden } from '../../../tests/support/golden.ts';
import { recordPlatform, type TestEnvironment } from '../../../tests/support/recorded-platform.ts';
import { accessKey, podIdentity } from './test-support/backup.ts';

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'small', environment: { profile: 'small' } },
  { name: 'production', environment: { profile: 'production' } },
  {
    name: 'backups, images from a mirror',
    environment: {
      profile: 'minimal',
      images: { prefix: 'mirror.example.org/cache' },
      capabilities: { database: { storageClass: 'fast', backup: podIdentity } },
    },
  },
  {
    name: 'a recovery to a moment, from an object store of our own',
    environment: {
      profile: 'minimal',
      capabilities: {
        database: {
          name: 'postgresql-2',
          backup: accessKey,
          recovery: { server: 'postgresql', targetTime: '2030-05-04T10:20:00Z' },
        },
      },
    },
  },
];

test('settings yield the objects of the golden file', async () => {
  const recorded = [];
  for (const { name, environment } of cases) {
    const { layers } = await recordPlatform(environment);
    recorded.push({ name, settings: environment, graph: layers.platform });
  }
  checkGolden(join(import.meta.dirname, 'postgresql.golden.yaml'), 'database', recorded);
});
