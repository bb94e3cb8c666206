import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { certificatesNeeds } from '../capability.ts';

const authority = { newAuthority: 'database', owner: 'ninefold-database' };
const minimal = { profile: 'minimal' as const };

describe('an authority of one’s own', () => {
  test('is a root that signs itself, and an issuer that signs with it', async () => {
    const { objects } = await recordBinding(minimal, 'certificates', authority);
    const root = objects.find(({ kind }) => kind === 'Certificate');
    const issuer = objects.find(({ kind }) => kind === 'ClusterIssuer');
    assert.deepEqual(root?.metadata.namespace, 'ninefold-certificates');
    assert.deepEqual((root.spec as { issuerRef: object }).issuerRef, {
      group: 'cert-manager.io',
      kind: 'ClusterIssuer',
      name: 'ninefold-bootstrap',
    });
    assert.deepEqual(issuer?.spec, { ca: { secretName: 'ninefold-database' } });
  });

  test('stands behind its policies from the first moment to the last', async () => {
    const { resources } = await recordBinding(minimal, 'certificates', authority);
    const policies = resources.filter(({ object }) => object.kind.startsWith('ValidatingAdmissionPolicy'));
    const root = resources.find(({ object }) => object.kind === 'Certificate');
    assert.equal(policies.length, 4);
    for (const { resource } of policies) assert.ok(root?.resource.dependencies.includes(resource.urn));
  });

  test('signs what refers to it', async () => {
    const need = {
      name: 'orders-database',
      namespace: 'commerce',
      commonName: 'orders.commerce',
      usages: ['client'],
      mountPath: '/certificates',
      authority: 'database',
      secretLabels: { 'cnpg.io/reload': '' },
    };
    const { objects } = await recordBinding(minimal, 'certificates', need);
    const spec = objects[0]?.spec as Record<string, unknown>;
    assert.deepEqual(spec.issuerRef, {
      group: 'cert-manager.io',
      kind: 'ClusterIssuer',
      name: 'ninefold-database',
    });
    assert.deepEqual(spec.secretTemplate, { labels: { 'cnpg.io/reload': '' } });
    assert.equal(spec.commonName, 'orders.commerce');
    assert.equal(spec.dnsNames, undefined);
  });

  test('is asked for by a name that can be that of an issuer', () => {
    assert.equal(certificatesNeeds.safeParse({ ...authority, newAuthority: 'Data base' }).success, false);
    assert.equal(certificatesNeeds.safeParse(authority).success, true);
  });
});
