import { join } from 'node:path';
import { test } from 'node:test';
import { checkGolden } from '../../../tests/support/golden.ts';
import { recordPlatform, type TestEnvironment } from '../../../tests/support/recorded-platform.ts';

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'small', environment: { profile: 'small' } },
  { name: 'production', environment: { profile: 'production' } },
  {
    name: 'topics and users of the platform team, images from a mirror',
    environment: {
      profile: 'minimal',
      images: { prefix: 'mirror.example.org/cache' },
      capabilities: {
        streaming: {
          storageClass: 'fast',
          topics: [
            { name: 'audit.records', partitions: 6, retention: 'forever' },
            { name: 'prices', compacted: true, retentionBytes: '100Mi' },
          ],
          users: [
            { name: 'auditor', consumes: [{ topic: 'audit.records', group: 'auditor' }] },
            { name: 'importer', publishes: ['prices', 'audit.records'], transactions: true },
          ],
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
  checkGolden(join(import.meta.dirname, 'kafka.golden.yaml'), 'streaming', recorded);
});
