import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { definitionValidator } from '../../../tests/support/definition-validation.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { mirror, realSources } from '../../../tests/support/recorded-platform.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import { certificatesNeeds } from '../capability.ts';
import { certManagerCrds, certManagerKinds } from './kinds.ts';

const need = {
  name: 'orders-certificate',
  namespace: 'commerce',
  dnsNames: ['orders.commerce.svc', 'orders.commerce'],
  usages: ['server', 'client'],
  mountPath: '/certificates',
};

describe('a client of certificates', () => {
  test('gets one certificate in its own namespace, signed by the internal authority', async () => {
    const { objects } = await recordBinding({ profile: 'minimal' }, 'certificates', need);
    assert.equal(objects.length, 1);
    const [certificate] = objects;
    assert.equal(certificate?.metadata.namespace, 'commerce');
    assert.deepEqual(certificate?.spec, {
      secretName: 'orders-certificate',
      duration: '2160h',
      renewBefore: '720h',
      dnsNames: need.dnsNames,
      usages: ['digital signature', 'server auth', 'client auth'],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'ninefold-internal' },
    });
  });

  test('mounts the Secret that the certificate is written to, and needs to reach nothing', async () => {
    const { binding } = await recordBinding({ profile: 'minimal' }, 'certificates', need);
    assert.deepEqual(binding.secrets, [{ secretName: 'orders-certificate', mountPath: '/certificates' }]);
    assert.deepEqual(binding.egress, []);
    assert.deepEqual(binding.environment, {});
  });

  test('gets certificates that live as long as the environment says', async () => {
    const lifetime = { duration: '24h', renewBefore: '8h' };
    const capabilities = { certificates: { certificates: lifetime } };
    const { objects } = await recordBinding({ profile: 'minimal', capabilities }, 'certificates', need);
    const spec = objects[0]?.spec;
    assert.deepEqual({ ...lifetime, ...(spec as object) }, spec);
  });

  test('must name itself and say what the certificate is for', () => {
    assert.equal(certificatesNeeds.safeParse({ ...need, dnsNames: [] }).success, false);
    assert.equal(certificatesNeeds.safeParse({ ...need, usages: [] }).success, false);
    assert.equal(certificatesNeeds.safeParse({ ...need, usages: ['signing'] }).success, false);
  });

  test(
    'is given a certificate that satisfies its real definition',
    {
      skip: mirror === undefined ? 'there is no mirror of definitions' : false,
    },
    async () => {
      const { objects } = await recordBinding({ profile: 'minimal' }, 'certificates', need);
      const planned = { bundle: certManagerCrds, kinds: [certManagerKinds.Certificate] };
      const [definition] = realSources.definitions(planned).objects;
      assert.ok(definition && objects.length > 0);
      const validate = definitionValidator(definition, 'v1');
      for (const object of objects) assert.deepEqual(validate(object), []);
    },
  );
});

test('durations count as many seconds as they say', () => {
  const parts = fc.record({ h: fc.nat(100_000), m: fc.nat(59), s: fc.nat(59) });
  fc.assert(
    fc.property(parts, ({ h, m, s }) => {
      assert.equal(durationSeconds(`${h}h${m}m${s}s`), h * 3600 + m * 60 + s);
      assert.equal(durationSeconds(`${h}h`), h * 3600);
    }),
  );
});
