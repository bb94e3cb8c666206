import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lockFor } from '../components/kit/lock.ts';
import { type CheckOptions, checkVendored } from '../scripts/vendor/check.ts';
import { compareUpgrade } from '../scripts/vendor/upgrade.ts';
import { packChart, sha256 } from './support/upstream-server.ts';
import { VendorBench } from './support/vendor-bench.ts';
import { planOf, type PlatformVariant, vendoredPlatform } from './support/vendored-platform.ts';

/** Checks what a bench has vendored, as the given variant of the platform sees it. */
function check(bench: VendorBench, variant: PlatformVariant = {}, options: Partial<CheckOptions> = {}) {
  const { registry } = vendoredPlatform(bench.server, variant);
  return checkVendored({
    plan: planOf(registry),
    registry,
    lock: bench.lock,
    vendor: bench.vendor,
    ...options,
  });
}

describe('the check', () => {
  test('finds nothing after vendoring, and tells of newer versions', async () => {
    await using bench = await new VendorBench().open();
    await bench.run();
    bench.server.charts.set('1.3.0', packChart({ version: '1.3.0' }));
    bench.server.charts.set('2.0.0-rc.1', packChart({ version: '2.0.0-rc.1' }));
    for (const from of ['repository', 'registry'] as const) {
      const { registry } = vendoredPlatform(bench.server, { from });
      bench.lock = { ...lockFor(registry, bench.lock) };
      const { newer } = await check(bench, { from });
      assert.deepEqual(newer, [{ name: 'greeter', version: '1.2.0', newest: '1.3.0' }]);
    }
    bench.lock = undefined;
    await bench.run();
    const { findings, folders, unseen } = await check(bench);
    assert.deepEqual(findings, []);
    assert.deepEqual(unseen, []);
    assert.equal(folders, 4);
  });

  test('finds a lock that says something else than the code', async () => {
    await using bench = await new VendorBench().open();
    await bench.run();
    const { findings } = await check(
      bench,
      { chart: { version: '9.9.9', licence: 'MIT' } },
      { online: false },
    );
    const paths = findings.filter(({ rule }) => rule === 'lock').map(({ path }) => path);
    for (const path of [
      'upstreams.greeter.version',
      'upstreams.greeter.licence',
      'definitions.greeter.version',
    ]) {
      assert.ok(paths.includes(path), paths.join(', '));
    }
  });

  test('finds objects that were changed by hand, and releases that are missing', async () => {
    await using bench = await new VendorBench().open();
    const { entries } = await bench.run();
    const folder = entries.find(({ name }) => name === 'mail')?.folder ?? '';
    appendFileSync(join(bench.vendor, folder, 'objects.yaml'), '# by hand\n');
    const changed = await check(bench, {}, { online: false });
    assert.deepEqual(
      changed.findings.map(({ rule, path }) => [rule, path]),
      [['digest', `vendor/${folder}/objects.yaml`]],
    );
    const other = await check(bench, { values: { replicas: 5 } }, { online: false });
    assert.ok(other.findings.some(({ problem }) => /needs greeter with these settings/.test(problem)));
  });

  test('finds a locked version that its publisher has withdrawn', async () => {
    await using bench = await new VendorBench().open();
    await bench.run();
    bench.server.charts.clear();
    bench.server.charts.set('1.3.0', packChart({ version: '1.3.0' }));
    const { findings } = await check(bench);
    assert.deepEqual(
      findings.map(({ rule, path }) => [rule, path]),
      [['withdrawn', 'upstreams.greeter.version']],
    );
  });

  test('names publishers that can not be asked, and what was never fetched', async () => {
    await using bench = await new VendorBench().open();
    bench.lock = lockFor(vendoredPlatform(bench.server).registry, undefined);
    await bench.server[Symbol.asyncDispose]();
    const { findings, unasked, unseen } = await check(bench);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      unasked.map(({ name }) => name),
      ['greeter'],
    );
    assert.deepEqual(unseen.sort(), ['greeter', 'greeter-crds', 'mail', 'mail-crds']);
  });
});

describe('an upgrade', () => {
  /** The next version: another definition, another operator. */
  const next = packChart({
    version: '1.3.0',
    edit: {
      file: 'crds/greetings.yaml',
      change: (text) =>
        text
          .replace('times: { type: integer }', 'tone: { type: string }')
          .replace(
            '              type: object\n              properties:',
            '              type: object\n              required: [text]\n              properties:',
          )
          .replace('storage: true', 'storage: false') +
        '    - name: v2\n      served: true\n      storage: true\n      schema: { openAPIV3Schema: { type: object } }\n',
    },
  });

  test('is shown in objects and definitions before anything is written', async () => {
    await using bench = await new VendorBench().open();
    const { plan, platform } = await bench.run();
    bench.server.charts.set('1.3.0', next);
    const before = bench.files();
    const outcome = await compareUpgrade('greeter', undefined, { plan, ...bench.options(platform.registry) });
    assert.deepEqual(
      [outcome.before, outcome.after, outcome.digest],
      ['1.2.0', '1.3.0', `sha256:${sha256(next)}`],
    );
    assert.deepEqual(
      outcome.objects.map(({ object, change, fields }) => [object, change, fields.map(({ path }) => path)]),
      [['Deployment/greeter', 'changed', ['metadata.labels.helm.sh/chart']]],
    );
    assert.deepEqual(outcome.definitions, [
      {
        name: 'greetings.greeter.example.org',
        change: 'changed',
        versionsGone: [],
        versionsNew: ['v2'],
        storage: { before: 'v1', after: 'v2' },
        fieldsGone: ['v1: spec.times'],
        fieldsNew: ['v1: spec.tone'],
        fieldsRequired: ['v1: spec.text'],
      },
    ]);
    assert.deepEqual(outcome.findings, []);
    assert.equal(outcome.lock.upstreams.greeter?.version, '1.3.0');
    assert.deepEqual(bench.files(), before);
  });

  test('shows what would be refused of it', async () => {
    await using bench = await new VendorBench().open();
    const { plan, platform } = await bench.run();
    const edit = { file: 'values.yaml', change: (text: string) => text.replaceAll('3.4.5', '4.0.0') };
    bench.server.charts.set('2.0.0', packChart({ version: '2.0.0', licence: 'BUSL-1.1', edit }));
    const { findings } = await compareUpgrade('greeter', '2.0.0', {
      plan,
      ...bench.options(platform.registry),
    });
    assert.deepEqual(
      findings.map(({ rule, value }) => [rule, value]),
      [
        ['licence', 'BUSL-1.1'],
        ['image', 'registry.example.org/greeter/operator:4.0.0'],
      ],
    );
  });

  test('of what the environment does not install is refused', async () => {
    await using bench = await new VendorBench().open();
    const { plan, platform } = await bench.run();
    await assert.rejects(
      compareUpgrade('nothing', undefined, { plan, ...bench.options(platform.registry) }),
      /installs no release of this name[\s\S]*greeter, mail/,
    );
    await assert.rejects(
      compareUpgrade('greeter', undefined, { plan, ...bench.options(platform.registry) }),
      /nothing newer than 1\.2\.0/,
    );
  });
});
