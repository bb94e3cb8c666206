import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ContractError,
  defineService,
  formatViolations,
  migrateContract,
  parseContract,
  type ServiceContractInput,
  validateContract,
} from './index.ts';
import { applyMigrations } from './migrations/migrate.ts';

const least: ServiceContractInput = {
  contract: 'v1',
  name: 'orders',
  team: 'commerce',
  image: { name: 'shop/orders' },
};

describe('a contract with nothing but its name', () => {
  it('has every other field by default', () => {
    const contract = defineService(least);
    assert.deepEqual(contract.management, {
      port: 9464,
      live: '/livez',
      ready: '/readyz',
      metrics: '/metrics',
    });
    assert.deepEqual(contract.scale, { min: 2, max: 10, cpu: 70 });
    assert.deepEqual(contract.resources, {
      cpu: { text: '100m', cores: 0.1 },
      memory: { text: '256Mi', bytes: 268_435_456 },
    });
    assert.deepEqual([contract.calls, contract.publishes, contract.secrets], [[], [], []]);
  });

  it('takes from its other fields what follows from them', () => {
    const contract = defineService({
      ...least,
      apis: { http: { openapi: './openapi.yaml' } },
      calls: [{ service: 'stock', operations: ['getPrice'], deadline: '300ms' }],
      consumes: [{ topic: 'payments.settled', version: 1 }],
      data: { classification: 'personal', retention: '2y' },
    });
    assert.equal(contract.cost.owner, 'commerce');
    assert.equal(contract.consumes[0]?.group, 'orders');
    assert.equal(contract.data.clearance, 'personal');
    assert.equal(contract.apis.http?.classification, 'personal');
    assert.deepEqual(contract.calls[0], {
      service: 'stock',
      api: 'http',
      operations: ['getPrice'],
      deadline: { text: '300ms', milliseconds: 300 },
      retries: 0,
      optional: false,
      classification: 'personal',
    });
  });
});

describe('a contract that is wrong', () => {
  const wrong = {
    ...least,
    tema: 'commerce',
    name: 'Orders',
    calls: [{ service: 'stock', operations: ['getPrice'], deadline: 300, retries: 9 }],
    scale: { min: 5, max: 2 },
    ports: { 'no name': { port: 7000 } },
    data: { classification: 'persnal' },
  };

  it('is told everything at once, also what lies between fields', () => {
    const { contract, violations } = validateContract(wrong);
    assert.equal(contract, undefined);
    assert.deepEqual(violations.map(({ path, rule }) => `${path} ${rule}`).sort(), [
      'calls[0].deadline wrong-type',
      'calls[0].retries out-of-range',
      'data.classification unknown-value',
      'name wrong-form',
      'ports["no name"] invalid-key',
      'scale.max impossible-scale',
      'tema unknown-key',
    ]);
  });

  it('says what is allowed and what to do', () => {
    const { violations } = validateContract(wrong);
    const at = (path: string) => violations.find((violation) => violation.path === path);
    assert.equal(at('tema')?.fix, 'Write team instead of tema.');
    assert.equal(at('data.classification')?.fix, 'Write personal.');
    assert.equal(at('calls[0].deadline')?.fix, 'Write it as text with its unit, such as 300ms.');
    assert.equal(at('calls[0].retries')?.allowed, 'a whole number from 0 to 5');
    assert.equal(at('calls[0].retries')?.value, '9');
    assert.match(at('scale.max')?.problem ?? '', /below scale\.min, 5/);
  });

  it('throws one error that names every violation', () => {
    const error = assertThrows(() => parseContract(wrong, { file: 'orders.yaml' }));
    assert.equal(error.violations.length, 7);
    assert.equal(error.code, 'CONTRACT_INVALID');
    for (const { path, fix } of error.violations) {
      assert.ok(error.message.includes(`orders.yaml  ${path}`) && error.message.includes(fix));
    }
  });

  it('may be anything at all', () => {
    for (const value of [undefined, null, 7, 'text', [], () => 1, new Map(), { contract: {} }]) {
      const { violations } = validateContract(value);
      assert.ok(violations.length > 0 && formatViolations(violations).length > 0);
    }
  });
});

describe('a contract of an earlier version', () => {
  const earlier = {
    contract: 'v1beta1',
    name: 'orders',
    owner: 'commerce',
    image: `registry/orders:1.2@sha256:${'a'.repeat(64)}`,
    calls: [{ service: 'stock', operations: ['getPrice'], timeout: '300ms' }],
    slo: { availability: 99.9 },
  };

  it('is read as the newest one', () => {
    const contract = parseContract(earlier);
    assert.equal(contract.contract, 'v1');
    assert.equal(contract.team, 'commerce');
    assert.deepEqual(contract.image, {
      name: 'registry/orders',
      tag: '1.2',
      digest: `sha256:${'a'.repeat(64)}`,
    });
    assert.equal(contract.calls[0]?.deadline.milliseconds, 300);
    assert.equal(contract.objectives.availability?.target, 99.9);
  });

  it('is not changed itself, and what changed is told', () => {
    const before = structuredClone(earlier);
    const { changes } = migrateContract(earlier);
    assert.deepEqual(earlier, before);
    assert.equal(changes.length, 4);
    assert.equal(migrateContract(least).value, least);
    assert.deepEqual(migrateContract(least).changes, []);
  });

  it('is told its violations where they are written', () => {
    const { violations } = validateContract({
      ...earlier,
      owner: 'The Shop',
      image: 'NOT AN IMAGE',
      calls: [{ service: 'stock', operations: ['getPrice'], timeout: '2 minutes' }],
      slo: { availability: 'high', latency: { below: '5y' } },
    });
    assert.deepEqual(violations.map(({ path }) => path).sort(), [
      'calls[0].timeout',
      'image',
      'owner',
      'slo.availability',
      'slo.latency.below',
    ]);
  });

  it('goes through every version between', () => {
    const chain = [
      { from: 'v2', to: 'v3', changes: ['c'], migrate: (draft: Draft) => draft.rename(['b'], 'c') },
      { from: 'v1', to: 'v2', changes: ['b'], migrate: (draft: Draft) => draft.rename(['a'], 'b') },
    ];
    const { value, changes, pathAsWritten } = applyMigrations({ contract: 'v1', a: { x: [1] } }, chain);
    assert.deepEqual(value, { contract: 'v3', c: { x: [1] } });
    assert.deepEqual(changes, ['b', 'c']);
    assert.deepEqual(pathAsWritten(['c', 'x', 0]), ['a', 'x', 0]);
  });

  it('ends, also when versions lead in a circle', () => {
    const circle = [
      { from: 'v1', to: 'v2', changes: [], migrate: () => {} },
      { from: 'v2', to: 'v1', changes: [], migrate: () => {} },
    ];
    assert.deepEqual(applyMigrations({ contract: 'v1' }, circle).value, { contract: 'v1' });
  });

  it('that nobody knows is refused', () => {
    const [violation] = validateContract({ ...least, contract: 'v7' }).violations;
    assert.deepEqual([violation?.path, violation?.allowed], ['contract', 'v1']);
  });
});

type Draft = Parameters<Parameters<typeof applyMigrations>[1][number]['migrate']>[0];

function assertThrows(run: () => unknown): ContractError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ContractError);
    return error;
  }
  assert.fail('nothing was thrown');
}
