import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkGolden } from '../../../tests/support/golden.ts';
import { planOf, recordPlatform, type TestEnvironment } from '../../../tests/support/recorded-platform.ts';
import { InvalidInputError } from '../../kit/violation.ts';

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'small', environment: { profile: 'small' } },
  { name: 'production', environment: { profile: 'production' } },
  {
    name: 'shorter lifetimes, images from a mirror',
    environment: {
      profile: 'minimal',
      images: { prefix: 'mirror.example.org/cache' },
      capabilities: {
        certificates: {
          authority: { duration: '43800h', renewBefore: '4380h' },
          certificates: { duration: '24h', renewBefore: '8h' },
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
  checkGolden(join(import.meta.dirname, 'cert-manager.golden.yaml'), 'certificates', recorded);
});

test('a renewal that would begin before the certificate is refused, wherever it is written', () => {
  const certificates = {
    authority: { duration: '100h', renewBefore: '100h' },
    certificates: { duration: '1h', renewBefore: '2h' },
  };
  assert.throws(
    () => planOf({ profile: 'minimal', capabilities: { certificates } }),
    (error) => {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(
        error.violations.map(({ path, value, allowed }) => ({ path, value, allowed })),
        [
          {
            path: 'capabilities.certificates.authority.renewBefore',
            value: '100h',
            allowed: 'less than authority.duration, 100h',
          },
          {
            path: 'capabilities.certificates.certificates.renewBefore',
            value: '2h',
            allowed: 'less than certificates.duration, 1h',
          },
        ],
      );
      return true;
    },
  );
});
