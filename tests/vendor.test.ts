import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { imagePins, lockFor } from '../components/kit/lock.ts';
import { objectSources } from '../components/kit/object-sources.ts';
import { recordProgram } from '../preview/monitor.ts';
import { emitLayer } from '../stacks/layers.ts';
import { ArtefactCache } from '../scripts/vendor/cache.ts';
import type { Finding } from '../scripts/vendor/findings.ts';
import { pinImages } from '../scripts/vendor/pin-images.ts';
import { objectsOf } from './support/recorded-platform.ts';
import { manifestText, packChart, sha256 } from './support/upstream-server.ts';
import { VendorBench } from './support/vendor-bench.ts';
import { namespace, planOf, vendoredPlatform } from './support/vendored-platform.ts';

const rulesOf = (findings: readonly Finding[]) => findings.map(({ rule }) => rule).sort();

describe('vendoring', () => {
  for (const from of ['repository', 'registry'] as const) {
    test(`takes a chart from a ${from}, a manifest and definitions, and what is there is read back`, async () => {
      await using bench = await new VendorBench().open();
      const { entries, plan, lock } = await bench.run({ from });
      assert.deepEqual(
        entries.map(({ name, from: where, firstSeen, written }) => [name, where, firstSeen, written]),
        [
          ['greeter-crds', 'home', true, true],
          ['mail-crds', 'home', true, true],
          ['greeter', 'home', true, true],
          ['mail', 'home', true, true],
        ],
      );
      assert.equal(lock.upstreams.greeter?.digest, `sha256:${sha256(packChart())}`);
      assert.equal(lock.upstreams.mail?.digest, `sha256:${sha256(manifestText)}`);
      const sources = objectSources({
        vendor: { directory: bench.vendor, kubernetes: '1.36' },
        standIns: false,
      });
      const [release] = plan.capabilities[0]?.releases ?? [];
      assert.ok(release);
      const { origin, objects } = sources.release(release, () => assert.fail('a stand-in was asked for'));
      assert.equal(origin, 'vendored');
      assert.deepEqual(
        objects.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace]),
        [
          ['Deployment', 'greeter', namespace],
          ['ClusterRole', 'greeter', undefined],
          ['ServiceAccount', 'greeter', namespace],
        ],
      );
      assert.equal((objects[0]?.spec as { replicas: number }).replicas, 2);
    });
  }

  test('is recorded as a platform with the network refused', async () => {
    await using bench = await new VendorBench().open();
    const { plan, platform } = await bench.run();
    const sources = objectSources({
      vendor: { directory: bench.vendor, kubernetes: '1.36' },
      standIns: false,
    });
    const record = async (layer: 'foundation' | 'platform') => {
      const program = () => emitLayer(layer, plan, platform.registry, sources);
      return objectsOf((await recordProgram(program, { project: 'ninefold', stack: `test.${layer}` })).graph);
    };
    const { connect } = Socket.prototype;
    Socket.prototype.connect = () => assert.fail('the network was used');
    try {
      const definitions = (await record('foundation')).filter(
        ({ object }) => object.kind === 'CustomResourceDefinition',
      );
      assert.deepEqual(definitions.map(({ object }) => object.metadata.name).sort(), [
        'greetings.greeter.example.org',
        'postcards.mail.example.org',
      ]);
      const objects = await record('platform');
      assert.deepEqual(objects.map(({ object }) => `${object.kind}/${object.metadata.name}`).sort(), [
        'ClusterRole/greeter',
        'Deployment/greeter',
        'Deployment/mail-operator',
        'RoleBinding/mail-operator',
        'ServiceAccount/greeter',
        'ServiceAccount/mail-operator',
      ]);
    } finally {
      Socket.prototype.connect = connect;
    }
  });

  test('writes the same bytes again, from the cache, and says that nothing changed', async () => {
    await using bench = await new VendorBench().open();
    await bench.run();
    const first = bench.files();
    await bench.server[Symbol.asyncDispose]();
    const { entries } = await bench.run();
    assert.deepEqual(bench.files(), first);
    assert.deepEqual(
      entries.map(({ from, firstSeen, written }) => [from, firstSeen, written]),
      entries.map(() => ['cache', false, false]),
    );
    rmSync(bench.vendor, { recursive: true });
    await bench.run();
    assert.deepEqual(bench.files(), first);
  });

  test('goes on after a run that was killed while it wrote', async () => {
    await using bench = await new VendorBench().open();
    const { entries } = await bench.run();
    const whole = bench.files();
    const folder = entries.find(({ name }) => name === 'greeter')?.folder ?? '';
    // Killed between taking away the old folder and putting the new one in its place.
    rmSync(join(bench.vendor, folder), { recursive: true });
    mkdirSync(join(bench.vendor, 'greeter/.new'));
    writeFileSync(join(bench.vendor, 'greeter/.new/objects.yaml'), 'apiVersion: v1\nkind: Sec');
    await bench.run();
    assert.deepEqual(bench.files(), whole);
  });

  test('sends images to the mirror and pins them, in containers and wherever else they are named', async () => {
    await using bench = await new VendorBench().open();
    const { platform } = await bench.run();
    const plan = planOf(platform.registry, { images: { prefix: 'mirror.example.org/cache' } });
    const digest = `sha256:${'a'.repeat(64)}`;
    const pins = { 'registry.example.org/greeter/worker:3.4.5': digest };
    const pinned = {
      ...plan,
      environment: { ...plan.environment, images: { ...plan.environment.images, pins } },
    };
    const sources = objectSources({
      vendor: { directory: bench.vendor, kubernetes: '1.36' },
      standIns: false,
    });
    const program = () => emitLayer('platform', pinned, platform.registry, sources);
    const { graph } = await recordProgram(program, { project: 'ninefold', stack: 'test.platform' });
    const texts = objectsOf(graph)
      .filter(({ object }) => object.kind === 'Deployment')
      .map(({ object }) => JSON.stringify(object));
    const found = texts.flatMap(
      (text) => text.match(/[a-z./]*(?:greeter|mail)\/[a-z]+:[\w.]+(?:@sha256:\w+)?/g) ?? [],
    );
    const home = 'mirror.example.org/cache/registry.example.org';
    assert.deepEqual(found.sort(), [
      `${home}/greeter/operator:3.4.5`,
      `${home}/greeter/worker:3.4.5@${digest}`,
      `${home}/greeter/worker:3.4.5@${digest}`,
      `${home}/mail/delivery:2.0.1`,
      `${home}/mail/operator:2.0.1`,
    ]);
  });

  test('pins images to what their registry has, and leaves alone what it can not ask', async () => {
    await using bench = await new VendorBench().open();
    const digest = `sha256:${'b'.repeat(64)}`;
    bench.server.images.set('greeter/operator:3.4.5', digest);
    const image = (registry: string, repository: string) => ({ registry, repository, tag: '3.4.5' });
    const images = [
      image(bench.server.host, 'greeter/operator'),
      image(bench.server.host, 'greeter/unknown'),
    ];
    const { registry } = vendoredPlatform(bench.server, { chart: { images } });
    const lock = await pinImages(lockFor(registry, undefined), ['greeter'], {
      signal: undefined,
      patienceMs: 2000,
    });
    assert.deepEqual(lock.upstreams.greeter?.images, {
      [`${bench.server.host}/greeter/operator:3.4.5`]: digest,
      [`${bench.server.host}/greeter/unknown:3.4.5`]: 'unseen',
    });
    assert.deepEqual(imagePins(lock), { [`${bench.server.host}/greeter/operator:3.4.5`]: digest });
  });

  test('sets what no value reaches, and replaces the placeholder of a manifest', async () => {
    await using bench = await new VendorBench().open();
    const container = 'spec.template.spec.containers[name=operator]';
    const set = {
      [`${container}.env[name=LEVEL].value`]: 'debug',
      [`${container}.env[name=EXTRA]`]: { name: 'EXTRA', value: 'yes' },
      'spec.replicas': 3,
    };
    const changes = [{ kind: 'Deployment', name: 'mail-operator', set }];
    const { entries } = await bench.run({ changes });
    const mail = entries.find(({ name }) => name === 'mail');
    assert.deepEqual(mail?.leftOut, [
      'CustomResourceDefinition/postcards.mail.example.org',
      `Namespace/${namespace}`,
    ]);
    const text = bench.files()[join(mail?.folder ?? '', 'objects.yaml')] ?? '';
    assert.match(text, /replicas: 3/);
    assert.match(text, /value: debug/);
    assert.match(text, /name: EXTRA/);
    assert.doesNotMatch(text, /PLACEHOLDER/);
    const wrong = [{ kind: 'Deployment', name: 'other', set }];
    assert.deepEqual(rulesOf(await bench.refused({ changes: wrong })), ['change']);
  });

  test('keeps other settings beside', async () => {
    await using bench = await new VendorBench().open();
    await bench.run({ values: { replicas: 1 } });
    const { entries } = await bench.run({ values: { replicas: 3 } });
    assert.deepEqual(
      entries.filter(({ written }) => written).map(({ name }) => name),
      ['greeter'],
    );
    assert.equal(Object.keys(bench.files()).filter((name) => /^greeter\/.*objects/.test(name)).length, 2);
  });
});

describe('vendoring refuses', () => {
  test('another digest than the locked one, whoever serves it', async () => {
    await using bench = await new VendorBench().open();
    await bench.run();
    const other = packChart({ edit: { file: 'values.yaml', change: (text) => `${text}# changed\n` } });
    bench.server.charts.set('1.2.0', other);
    const cache = new ArtefactCache(join(bench.directory, 'another-cache'));
    const before = bench.files();
    const findings = await bench.refused({}, { cache });
    assert.ok(findings.some(({ rule, value }) => rule === 'digest' && value === `sha256:${sha256(other)}`));
    const mirror = mkdtempSync(join(bench.directory, 'mirror-'));
    writeFileSync(join(mirror, 'greeter-operator-1.2.0.tgz'), other);
    assert.deepEqual(rulesOf(await bench.refused({}, { cache, mirror, names: ['greeter'] })), ['digest']);
    assert.deepEqual(bench.files(), before);
  });

  for (const from of ['repository', 'registry'] as const) {
    test(`a file that is not what its ${from} states`, async () => {
      await using bench = await new VendorBench().open();
      bench.server.stated.set('1.2.0', sha256('something else'));
      const [finding] = await bench.refused({ from }, { names: ['greeter'] });
      assert.equal(finding?.rule, 'digest');
      assert.match(finding.problem, /its own publisher states/);
    });

    test(`a version that was withdrawn from a ${from}`, async () => {
      await using bench = await new VendorBench().open();
      await bench.run({ from });
      bench.server.charts.clear();
      bench.server.charts.set('1.3.0', packChart({ version: '1.3.0' }));
      const cache = new ArtefactCache(join(bench.directory, 'another-cache'));
      const [finding] = await bench.refused({ from }, { names: ['greeter'], cache });
      assert.equal(finding?.rule, 'withdrawn');
      assert.match(finding.problem, /withdrawn 1\.2\.0/);
    });
  }

  test('a changed licence, in the description or in the text', async () => {
    await using bench = await new VendorBench().open();
    bench.server.charts.set(
      '1.2.0',
      packChart({ licence: 'BUSL-1.1', licenceText: 'Business Source License 1.1' }),
    );
    const findings = await bench.refused({}, { names: ['greeter'] });
    assert.deepEqual(
      findings.map(({ rule, value, allowed }) => [rule, value, allowed]),
      [
        ['licence', 'BUSL-1.1', 'Apache-2.0'],
        ['licence', 'BUSL-1.1', 'Apache-2.0'],
      ],
    );
  });

  test('everything that is wrong with the objects, at once', async () => {
    await using bench = await new VendorBench().open();
    const values = {
      foreignNamespace: 'kube-system',
      namespace: true,
      definitions: true,
      unknownKind: true,
      generated: true,
      hook: true,
      image: 'registry.example.org/greeter/operator',
      workerImage: 'elsewhere.example.org/worker:1',
    };
    const findings = await bench.refused({ values }, { names: ['greeter'] });
    assert.deepEqual(rulesOf(findings), [
      'definition',
      'foreign-namespace',
      'generated',
      'hook',
      'image',
      'image',
      'image',
      'namespace',
      'scope',
    ]);
    const generated = findings.find(({ rule }) => rule === 'generated');
    assert.match(generated?.problem ?? '', /data\.password/);
    assert.throws(() => bench.files(), /ENOENT/);
  });

  for (const image of [
    'registry.example.org/greeter/operator:latest',
    'registry.example.org/other:1',
    'busybox',
  ]) {
    test(`the image ${image}`, async () => {
      await using bench = await new VendorBench().open();
      assert.deepEqual(rulesOf(await bench.refused({ values: { image } }, { names: ['greeter'] })), [
        'image',
      ]);
    });
  }

  test('values that the chart does not take, in Helm’s words', async () => {
    await using bench = await new VendorBench().open();
    const [finding] = await bench.refused({ values: { replica: 2 } }, { names: ['greeter'] });
    assert.equal(finding?.rule, 'render');
    assert.match(finding.problem, /replica/);
  });

  test('a release that nobody serves', async () => {
    await using bench = await new VendorBench().open();
    await bench.server[Symbol.asyncDispose]();
    const findings = await bench.refused();
    assert.deepEqual([...new Set(rulesOf(findings))], ['unreachable']);
    assert.equal(findings.length, 4);
  });
});
