import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { identifierOf, pluralOf, titleOf, typeNameOf, variableOf } from '../scripts/actions/new-names.ts';
import { withRegistration } from '../scripts/actions/new-registry.ts';
import { CheckoutCopy, changedFiles } from './support/checkout-copy.ts';

const copy = new CheckoutCopy();
after(() => copy[Symbol.dispose]());

const installs = [
  ...['--manifest', 'https://example.org/rabbitmq/2.16.0/operator.yaml', '--release', '2.16.0'],
  ...['--licence', 'MPL-2.0', '--image', 'registry.example.org/rabbitmq/operator:2.16.0'],
  ...['--kind', 'rabbitmq.example.org/v1beta1/RabbitmqCluster', 'rabbitmq.example.org/v1beta1/Policy'],
  ...['--port', '5671'],
];
const newCapability = ['new', 'capability', 'work-queues', '--implementation', 'rabbitmq', ...installs];
const newImplementation = [
  ...['new', 'implementation', 'work-queues', 'artemis', '--technology', 'Somebody’s "Artemis"'],
  ...['--chart', 'oci://registry.example.org/charts artemis', '--release', 'v1.0.0'],
  ...['--image', 'registry.example.org/artemis/operator:v1.0.0'],
  ...['--kind', 'artemis.example.org/v1/Artemis=artemises'],
];

const otherImplementation = [
  ...['new', 'implementation', 'streaming', 'pulsar', '--chart', 'https://example.org/charts pulsar'],
  ...['--release', '1.0.0', '--image', 'registry.example.org/pulsar/operator:1.0.0'],
  ...['--kind', 'pulsar.example.org/v1/Pulsar'],
];

/** Tests that are written. */
const tests = [
  'components/work-queues/conformance.test.ts',
  'components/work-queues/rabbitmq/rabbitmq.test.ts',
  'components/work-queues/artemis/artemis.test.ts',
  'components/streaming/pulsar/pulsar.test.ts',
];

const ninefold = (...command: string[]) => copy.node('scripts/ninefold.js', ...command);

/** What is generated from the code, and so changes with every implementation. */
const generated = [
  'docs/catalogue.md',
  'docs/footprint.md',
  'docs/settings.md',
  'stacks/environment.schema.json',
  'vendor.lock.yaml',
];

/** Runs a command that must succeed, and returns the files that it changed. */
function changesOf(command: readonly string[]): string[] {
  const before = copy.files();
  const { code, stdout, stderr } = ninefold(...command);
  assert.equal(code, 0, stdout + stderr);
  return changedFiles(before, copy.files());
}

describe('ninefold new', () => {
  test('says everything that is wrong at once, and writes nothing', () => {
    const before = copy.files();
    const { code, stderr } = ninefold(
      ...['new', 'capability', 'Work_Queues', '--implementation', 'kit', '--principle', '12'],
      ...['--chart', 'nowhere', '--release', 'newest', '--image', 'operator', '--kind', 'Queue'],
      ...['--kubernetes', 'new', '--port', '8080'],
    );
    assert.equal(code, 2);
    for (const path of [
      ...['capability', 'implementation', '--principle', '--chart', '--release', '--image', '--kind'],
      ...['--kubernetes', '--port'],
    ]) {
      assert.match(stderr, new RegExp(`^  ${path}: `, 'm'));
    }
    assert.deepEqual(changedFiles(before, copy.files()), []);
  });

  test('refuses a capability that is there, one that is not, and a definition that has an owner', () => {
    const owned = [...installs, '--kind', 'kafka.strimzi.io/v1/Kafka'];
    const there = ninefold('new', 'capability', 'streaming', '--implementation', 'rabbitmq', ...owned);
    assert.equal(there.code, 2);
    assert.match(there.stderr, /capability: is there already[^]*--kind: its definition belongs to strimzi/);
    const missing = ninefold('new', 'implementation', 'work-queues', 'rabbitmq', ...installs);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /ninefold new capability work-queues --implementation rabbitmq/);
  });

  test('a dry run says what would be written, and writes nothing', () => {
    const before = copy.files();
    const { code, stdout } = ninefold(...newCapability, '--dry-run', '--json');
    assert.equal(code, 0);
    const { written, dryRun } = JSON.parse(stdout);
    assert.equal(dryRun, true);
    assert.ok(written.some(({ path }: { path: string }) => path === 'components/work-queues/capability.ts'));
    assert.deepEqual(changedFiles(before, copy.files()), []);
  });

  test('a capability touches its own folder, its page, the registry and what is generated', () => {
    const changed = changesOf(newCapability);
    const elsewhere = changed.filter((path) => !path.startsWith('components/work-queues/'));
    assert.deepEqual(
      elsewhere,
      [...generated, 'components/registry.ts', 'docs/capabilities/work-queues.md'].sort(),
    );
    assert.ok(changed.includes('components/work-queues/rabbitmq/rabbitmq.golden.yaml'));
  });

  test('another implementation touches one folder, and one line of the registry besides its import', () => {
    const registry = join(copy.directory, 'components/registry.ts');
    const lines = () => readFileSync(registry, 'utf8').split('\n');
    const before = lines();
    const changed = changesOf(newImplementation);
    const elsewhere = changed.filter((path) => !path.startsWith('components/work-queues/artemis/'));
    assert.deepEqual(
      elsewhere,
      [...generated, 'components/registry.ts', 'docs/capabilities/work-queues.md'].sort(),
    );
    assert.deepEqual(
      lines().filter((line) => !before.includes(line)),
      [
        "import { artemis } from './work-queues/artemis/index.ts';",
        '  register(workQueues, [rabbitmq, artemis]),',
      ],
    );
  });

  test('running it again changes nothing, and what was written by hand is not overwritten', () => {
    assert.deepEqual(changesOf(newImplementation), []);
    const settings = join(copy.directory, 'components/work-queues/artemis/settings.ts');
    const written = readFileSync(settings, 'utf8');
    writeFileSync(settings, `${written}\n// by hand\n`);
    const { code, stderr } = ninefold(...newImplementation);
    assert.equal(code, 2);
    assert.match(stderr, /work-queues\/artemis\/settings\.ts: is there already/);
    writeFileSync(settings, written);
  });

  test('where facts and needs are others, clients are served by hand, and conformance fails until they are', () => {
    const { code, stdout, stderr } = ninefold(...otherImplementation, '--json');
    assert.equal(code, 0, stderr);
    const { remaining } = JSON.parse(stdout);
    assert.match(remaining.join('\n'), /facts\.ts[^]*conformance\.test\.ts fails until it does/);
    const conformance = copy.node('--test', 'components/streaming/conformance.test.ts');
    assert.equal(conformance.code, 1);
    assert.match(conformance.stdout, /pulsar serves no client of streaming yet/);
  });

  test('what it writes passes the type check', () => {
    writeFileSync(
      join(copy.directory, 'tsconfig.written.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        compilerOptions: { incremental: false, tsBuildInfoFile: null },
        include: [],
        files: ['components/registry.ts', ...tests],
      }),
    );
    const { code, stdout } = copy.node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.written.json');
    assert.equal(code, 0, stdout);
  });

  test('what it writes passes the style check', () => {
    const folders = ['components/work-queues', 'components/streaming/pulsar', 'components/registry.ts'];
    const eslint = copy.node('node_modules/eslint/bin/eslint.js', ...folders);
    assert.equal(eslint.code, 0, eslint.stdout + eslint.stderr);
    const prettier = copy.node('node_modules/prettier/bin/prettier.cjs', '--check', ...folders);
    assert.equal(prettier.code, 0, prettier.stderr);
  });

  test('what it writes passes its own tests, conformance, the invariants, and the checks of its page', () => {
    const { code, stdout } = copy.node(
      ...['--test', '--test-concurrency=1', '--test-reporter=tap', ...tests],
      ...['tests/graph/graph.test.ts', 'tests/capability-pages.test.ts'],
      ...['tests/generated.test.ts', 'tests/imports.test.ts'],
    );
    assert.equal(
      code,
      0,
      stdout
        .split('\n')
        .filter((line) => /^\s*not ok|error:/.test(line))
        .join('\n'),
    );
    assert.match(stdout, /^# fail 0$/m);
  });
});

describe('names', () => {
  test('are spelled as each place wants them', () => {
    assert.equal(titleOf('work-queues'), 'Work queues');
    assert.equal(typeNameOf('work-queues'), 'WorkQueues');
    assert.equal(identifierOf('work-queues'), 'workQueues');
    assert.equal(variableOf('work-queues'), 'WORK_QUEUES');
    assert.deepEqual(['Broker', 'Policy', 'Gateway', 'Redis'].map(pluralOf), [
      'brokers',
      'policies',
      'gateways',
      'redises',
    ]);
  });

  test('stand in the registry once, in the order of their paths, whatever its layout', () => {
    const added = {
      capability: 'cache',
      capabilityIdentifier: 'cache',
      implementation: 'valkey',
      identifier: 'valkey',
      isNew: true,
    };
    const text = [
      "import { zoo } from './zoo/capability.ts';",
      "import { lion } from './zoo/lion/index.ts';",
      '',
      'export const registry = [register(zoo, [lion])];',
      '',
    ].join('\n');
    const once = withRegistration(text, added);
    assert.ok(once.indexOf('./cache/capability.ts') < once.indexOf('./cache/valkey/index.ts'));
    assert.match(once, /register\(zoo, \[lion\]\),\n {2}register\(cache, \[valkey\]\),/);
    assert.equal(withRegistration(once, added), once);
    const second = withRegistration(once, {
      ...added,
      implementation: 'redis',
      identifier: 'redis',
      isNew: false,
    });
    assert.match(second, /register\(cache, \[valkey, redis\]\)/);
    assert.throws(() => withRegistration(text, { ...added, isNew: false }), /no line/);
  });
});
