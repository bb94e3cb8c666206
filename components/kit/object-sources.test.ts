import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { kindsOf } from './kinds.ts';
import { asRecord, type Manifest } from './manifest.ts';
import { keys } from './naming.ts';
import { MissingReleaseError, objectSources } from './object-sources.ts';
import type { Release } from './release.ts';
import type { Upstream } from './upstream.ts';
import { releaseFolder } from './vendored.ts';

const directory = mkdtempSync(join(tmpdir(), 'ninefold-sources-'));
after(() => rmSync(directory, { recursive: true }));

const kinds = kindsOf('shop.example.org', 'v1', { Basket: 'baskets', Voucher: 'vouchers' });
const bundle = {
  name: 'shop',
  version: '1.2.3',
  licence: 'MIT',
  source: 'https://example.org/shop',
  mirrorFolder: 'shop',
  kinds: Object.values(kinds),
};
const planned = { bundle, kinds: bundle.kinds };

const upstream: Upstream = {
  name: 'shop-operator',
  title: 'Shop operator',
  version: '1.2.3',
  licence: 'MIT',
  source: { type: 'manifest', url: 'https://example.org/shop.yaml' },
  images: [],
  kubernetes: '*',
  homepage: 'https://example.org',
};
const release: Release = { upstream, namespace: 'shop' };

function definition(plural: string, extra = ''): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.shop.example.org
  annotations: { example.org/kept: "yes" }
spec:
  group: shop.example.org
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          description: long text
          properties:
            description: { type: string, description: a property that is called description }
            spec:
              description: long text
              default: { description: data that must stay }
              anyOf: [{ description: gone, type: string }]
${extra}status: { acceptedNames: {} }
`;
}

function folder(name: string, files: Record<string, string>): string {
  const path = join(directory, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

describe('definitions', () => {
  test('come from the mirror by the name of the kind, whatever the file is called', () => {
    const mirror = folder('mirror', {
      'elsewhere/a.yaml': definition('baskets'),
      'shop/b.yml': `${definition('other')}---\n${definition('vouchers')}`,
    });
    const { origin, objects } = objectSources({ mirror, standIns: false }).definitions(planned);
    assert.equal(origin, 'mirror');
    assert.deepEqual(
      objects.map((object) => object.metadata.name),
      ['baskets.shop.example.org', 'vouchers.shop.example.org'],
    );
  });

  test('prefer the folder of their own release', () => {
    const mirror = folder('preference', {
      'another/a.yaml': definition('baskets').replace('"yes"', '"no"'),
      'shop/b.yaml': `${definition('baskets')}---\n${definition('vouchers')}`,
    });
    const { objects } = objectSources({ mirror, standIns: false }).definitions(planned);
    assert.deepEqual(objects[0]?.metadata.annotations, { 'example.org/kept': 'yes' });
  });

  test('lose descriptions and status, and nothing that is data', () => {
    const mirror = folder('cleaning', {
      'shop/all.yaml': `${definition('baskets')}---\n${definition('vouchers')}`,
    });
    const [object] = objectSources({ mirror, standIns: false }).definitions(planned).objects;
    assert.ok(object);
    assert.equal(object.status, undefined);
    const spec = object.spec as { versions: { schema: { openAPIV3Schema: unknown } }[] };
    assert.deepEqual(spec.versions[0]?.schema.openAPIV3Schema, {
      properties: {
        description: { type: 'string' },
        spec: { default: { description: 'data that must stay' }, anyOf: [{ type: 'string' }] },
      },
    });
  });

  test('are read once and kept by content', () => {
    const mirror = folder('cached', {
      'shop/all.yaml': `${definition('baskets')}---\n${definition('vouchers')}`,
    });
    const cache = join(directory, 'cache');
    const first = objectSources({ mirror, cache, standIns: false }).definitions(planned);
    assert.equal(readdirSync(cache).length, 2);
    assert.deepEqual(objectSources({ mirror, cache, standIns: false }).definitions(planned), first);
    folder('cached', {
      'shop/all.yaml': `${definition('baskets', '  scope: Cluster\n')}---\n${definition('vouchers')}`,
    });
    const [changed] = objectSources({ mirror, cache, standIns: false }).definitions(planned).objects;
    assert.equal(asRecord(changed?.spec)?.scope, 'Cluster');
  });

  test('of the Kubernetes project’s own groups say that nobody approved the permissive ones', () => {
    const [kind] = Object.values(kindsOf('gateway.networking.k8s.io', 'v1', { Gateway: 'gateways' }));
    assert.ok(kind);
    const own = { bundle: { ...bundle, kinds: [kind] }, kinds: [kind] };
    const { objects } = objectSources({ standIns: true }).definitions(own);
    assert.match(objects[0]?.metadata.annotations?.['api-approved.kubernetes.io'] ?? '', /^unapproved/);
  });

  test('of half a release are no release: the lab makes permissive ones instead', () => {
    const mirror = folder('half', { 'shop/a.yaml': definition('baskets') });
    const { origin, objects } = objectSources({ mirror, standIns: true }).definitions(planned);
    assert.equal(origin, 'stand-in');
    assert.ok(objects.every((object) => object.metadata.labels?.[keys.standIn] === 'true'));
    assert.deepEqual(
      objects.map((object) => asRecord(asRecord(object.spec)?.names)?.kind),
      ['Basket', 'Voucher'],
    );
  });

  test('that are vendored win over a mirror', () => {
    const mirror = folder('mirror-too', {
      'shop/a.yaml': `${definition('baskets')}---\n${definition('vouchers')}`,
    });
    const directory = folder('vendor', {
      'shop-crds/1.2.3/objects.yaml': `${definition('baskets')}---\n${definition('others')}`,
    });
    const vendor = { directory, kubernetes: '1.36' };
    const { origin, objects } = objectSources({ mirror, vendor, standIns: true }).definitions(planned);
    assert.equal(origin, 'vendored');
    assert.deepEqual(
      objects.map((object) => object.metadata.name),
      ['baskets.shop.example.org'],
    );
  });

  test('that are nowhere are an error outside the lab, with what to do', () => {
    assert.throws(
      () => objectSources({ standIns: false }).definitions(planned),
      (error: unknown) =>
        error instanceof MissingReleaseError &&
        /shop-crds 1\.2\.3 is not in vendor\//.test(error.message) &&
        /https:\/\/example\.org\/shop/.test(error.message),
    );
  });
});

describe('releases', () => {
  const standIn = (): Manifest[] => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator' } },
  ];

  /** A directory in which the release is vendored with this text. */
  const vendored = (name: string, text: string) => ({
    directory: folder(name, { [join(releaseFolder(release, '1.36'), 'objects.yaml')]: text }),
    kubernetes: '1.36',
  });

  test('that are vendored are taken in the order of documents, with lists taken apart', () => {
    const vendor = vendored(
      'vendor-release',
      `apiVersion: v1
kind: ServiceAccount
metadata: { name: a }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Secret, metadata: { name: b } }
  - { apiVersion: v1, kind: Service, metadata: { name: c } }
`,
    );
    const { origin, objects } = objectSources({ vendor, standIns: false }).release(release, standIn);
    assert.equal(origin, 'vendored');
    assert.deepEqual(
      objects.map((object) => object.metadata.name),
      ['a', 'b', 'c'],
    );
  });

  test('that are vendored for other settings, or another Kubernetes, are not there', () => {
    const vendor = vendored('vendor-other', 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n');
    const other: Release = { ...release, values: { replicas: 2 } };
    assert.throws(
      () => objectSources({ vendor, standIns: false }).release(other, standIn),
      MissingReleaseError,
    );
    const older = { ...vendor, kubernetes: '1.35' };
    assert.throws(
      () => objectSources({ vendor: older, standIns: false }).release(release, standIn),
      MissingReleaseError,
    );
  });

  test('that hold something else than objects are refused by the file’s name', () => {
    const vendor = vendored('vendor-wrong', 'just: text\n');
    assert.throws(
      () => objectSources({ vendor, standIns: false }).release(release, standIn),
      /objects\.yaml holds something/,
    );
  });

  test('are stood in for in the lab, marked as such', () => {
    const { origin, objects } = objectSources({ standIns: true }).release(release, standIn);
    assert.equal(origin, 'stand-in');
    assert.equal(objects[0]?.metadata.labels?.[keys.standIn], 'true');
    assert.equal(objects[0]?.metadata.annotations?.[keys.release], 'shop-operator 1.2.3');
  });

  test('are never stood in for elsewhere', () => {
    assert.throws(() => objectSources({ standIns: false }).release(release, standIn), MissingReleaseError);
  });
});
