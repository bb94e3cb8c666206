import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Lab, startLab } from '../../../lab/control-plane/index.ts';
import { apply, LabRoot, until } from '../../../lab/control-plane/test-support/labs.ts';
import {
  KubernetesApiError,
  KubernetesClient,
  type KubernetesObject,
} from '../../../lab/kubernetes/index.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { mirror, objectsOf, recordPlatform } from '../../../tests/support/recorded-platform.ts';
import { objectSources } from '../../kit/object-sources.ts';
import { certManagerCrds, certManagerKinds } from './kinds.ts';

/** The policies before authorities, judged by a real API server. */

const issuerRef = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'ninefold-database' };
const internal = { ...issuerRef, name: 'ninefold-internal' };
const client = { commonName: 'orders.commerce', usages: ['digital signature', 'client auth'] };

function certificate(name: string, namespace: string, spec: object): KubernetesObject {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: { secretName: name, issuerRef, ...spec },
  };
}

function request(name: string, issuer: object): KubernetesObject {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name, namespace: 'commerce' },
    spec: { request: 'LQ==', issuerRef: issuer },
  };
}

describe('authorities', () => {
  const root = new LabRoot();
  let lab: Lab;
  let kubernetes: KubernetesClient;
  /** What the gate asks about. */
  let sample: KubernetesObject;

  const refusalOf = async (object: KubernetesObject): Promise<string | undefined> => {
    try {
      await kubernetes.create(object);
      return undefined;
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      return error.message;
    }
  };

  before(async () => {
    lab = await startLab({ directory: root.lab('authority') });
    kubernetes = await KubernetesClient.fromKubeconfig(lab.kubeconfig);
    const kinds = [
      certManagerKinds.Certificate,
      certManagerKinds.CertificateRequest,
      certManagerKinds.ClusterIssuer,
    ];
    const { objects: definitions } = objectSources({ mirror, standIns: true }).definitions({
      bundle: certManagerCrds,
      kinds,
    });
    for (const definition of definitions) await apply(kubernetes, definition as KubernetesObject);
    for (const name of ['commerce', 'accounting', 'ninefold-database', 'ninefold-certificates']) {
      await apply(kubernetes, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    await until('the definitions', async () => {
      try {
        await kubernetes.list({ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' });
        return true;
      } catch {
        return false;
      }
    });
    const need = { newAuthority: 'database', owner: 'ninefold-database' };
    const { objects } = await recordBinding({ profile: 'minimal' }, 'certificates', need);
    const { layers } = await recordPlatform({ profile: 'minimal' });
    const platform = objectsOf(layers.platform).map(({ object }) => object);
    const guards = platform.filter(
      ({ kind, metadata }) =>
        kind.startsWith('ValidatingAdmissionPolicy') && metadata.name.startsWith('ninefold-internal-'),
    );
    assert.equal(guards.length, 4);
    const made = platform.filter(
      ({ kind, metadata }) => kind === 'Certificate' && metadata.name === 'ninefold-authority',
    );
    assert.equal(made.length, 1);
    for (const object of [...objects, ...guards, ...made]) {
      await apply(kubernetes, object as KubernetesObject);
    }
    const [gate] = platform.filter(
      ({ kind, metadata }) =>
        kind === 'ConfigMap' &&
        /^ninefold-certificates\/gate-/.test(`${metadata.namespace}/${metadata.name}`),
    );
    sample = JSON.parse((gate?.data as Record<string, string>)['sample.json'] ?? '') as KubernetesObject;
    // The API server takes a new policy into account within seconds.
    let attempt = 0;
    await until('the policies', async () => {
      attempt += 1;
      const refusals = [
        await refusalOf(certificate(`probe-${attempt}`, 'commerce', { ...client, commonName: 'nobody' })),
        await refusalOf(request(`probe-${attempt}`, issuerRef)),
        await refusalOf(certificate(`internal-${attempt}`, 'commerce', { issuerRef: internal, isCA: true })),
        await refusalOf(request(`internal-${attempt}`, internal)),
      ];
      return refusals.every((refusal) => refusal !== undefined);
    });
  });

  after(async () => {
    await kubernetes?.close();
    await root[Symbol.asyncDispose]();
  });

  test('signs for a client that names its own namespace', async () => {
    assert.equal(await refusalOf(certificate('orders', 'commerce', client)), undefined);
  });

  const refused: [string, string, object, RegExp][] = [
    ['a client of another namespace', 'accounting', client, /commonName that ends with/],
    [
      'a namespace whose name only ends alike',
      'commerce',
      { ...client, commonName: 'orders.e-commerce' },
      /ends with/,
    ],
    ['the role that copies', 'commerce', { ...client, commonName: 'streaming_replica' }, /ends with/],
    ['the role of the pool', 'commerce', { ...client, commonName: 'ninefold_pooler' }, /ends with/],
    ['nobody', 'commerce', { ...client, commonName: undefined, dnsNames: ['a.commerce'] }, /commonName/],
    [
      'a subject that hides the name',
      'commerce',
      { ...client, literalSubject: 'CN=postgres' },
      /literalSubject/,
    ],
    [
      'a host',
      'commerce',
      { ...client, dnsNames: ['postgresql-rw.ninefold-database.svc'] },
      /no other names/,
    ],
    ['a server', 'commerce', { ...client, usages: ['server auth'] }, /for clients/],
    ['anything that is not said', 'commerce', { ...client, usages: undefined }, /for clients/],
    ['an authority below it', 'commerce', { ...client, isCA: true }, /makes no other authorities/],
    [
      'an authority below it, even for its owner',
      'ninefold-database',
      { ...client, isCA: true },
      /no other authorities/,
    ],
  ];
  for (const [index, [name, namespace, spec, message]] of refused.entries()) {
    test(`does not sign for ${name}`, async () => {
      const plain = JSON.parse(JSON.stringify(spec)) as object;
      assert.match(
        (await refusalOf(certificate(`refused-${index}`, namespace, plain))) ?? 'let through',
        message,
      );
    });
  }

  test('signs what its owner asks for', async () => {
    const server = { dnsNames: ['postgresql-rw.ninefold-database.svc'], usages: ['server auth'] };
    assert.equal(await refusalOf(certificate('server', 'ninefold-database', server)), undefined);
    const copies = { commonName: 'streaming_replica', usages: ['client auth'] };
    assert.equal(await refusalOf(certificate('copies', 'ninefold-database', copies)), undefined);
  });

  test('is asked directly by nobody but cert-manager', async () => {
    assert.match((await refusalOf(request('direct', issuerRef))) ?? 'let through', /Only cert-manager asks/);
  });

  test('has no say over other issuers', async () => {
    const other = { ...issuerRef, name: 'bought-elsewhere' };
    const spec = { issuerRef: other, isCA: true, dnsNames: ['orders.commerce.svc'], usages: ['server auth'] };
    assert.equal(await refusalOf(certificate('other', 'commerce', spec)), undefined);
    assert.equal(await refusalOf(request('other', other)), undefined);
  });

  test('does not let a certificate change its name afterwards', async () => {
    const changed = certificate('orders', 'commerce', { ...client, commonName: 'stock.accounting' });
    await assert.rejects(apply(kubernetes, changed), /ends with/);
  });

  describe('the internal one', () => {
    const server = { issuerRef: internal, dnsNames: ['orders.commerce.svc'], usages: ['server auth'] };

    test('signs for whoever asks', async () => {
      assert.equal(await refusalOf(certificate('server', 'commerce', server)), undefined);
      const unsaid = { issuerRef: internal, dnsNames: ['unsaid.commerce.svc'] };
      assert.equal(await refusalOf(certificate('unsaid', 'commerce', unsaid)), undefined);
    });

    for (const [name, spec] of [
      ['an authority', { isCA: true }],
      ['what may sign others', { usages: ['server auth', 'cert sign'] }],
      ['what may revoke others', { usages: ['crl sign'] }],
      ['what may be used for anything', { usages: ['any'] }],
    ] as const) {
      test(`does not sign ${name}, not even for the platform`, async () => {
        for (const namespace of ['commerce', 'ninefold-certificates']) {
          const refusal = await refusalOf(certificate('authority', namespace, { ...server, ...spec }));
          assert.match(refusal ?? 'let through', /makes no other authorities/);
        }
      });
    }

    test('does not let a certificate become an authority afterwards', async () => {
      const changed = certificate('server', 'commerce', { ...server, isCA: true });
      await assert.rejects(apply(kubernetes, changed), /makes no other authorities/);
    });

    test('is asked directly by nobody but cert-manager', async () => {
      assert.match((await refusalOf(request('direct', internal))) ?? 'let through', /Only cert-manager asks/);
    });
  });

  test('the gate gets its answer while the real authority is there', async () => {
    const ask = () => kubernetes.create(sample, { dryRun: true });
    assert.equal((await ask()).kind, 'Certificate');
    // What it would get if it asked about a real one.
    const real = { ...sample, metadata: { ...sample.metadata, name: 'ninefold-authority' } };
    await assert.rejects(kubernetes.create(real, { dryRun: true }), /already exists/);
  });
});
