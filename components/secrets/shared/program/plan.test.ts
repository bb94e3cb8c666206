import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { secretsNeeds } from '../../capability.ts';
import { vault, vaultProduct } from '../../vault/index.ts';
import { clientState } from '../client-state.ts';
import { platformConfiguration } from '../platform-state.ts';
import { secretsSizes } from '../settings.ts';
import type { Desired, Json } from './desired.ts';
import { type Change, type PlanInputs, planChanges, readsFor } from './plan.ts';
import { Model } from './test-support/model.ts';

const settings = secretsSizes.production;
const { base, objects } = platformConfiguration(vaultProduct, settings);
const platform = [...base, ...objects];
const cluster = {
  kind: 'lab',
  version: '1.36',
  crds: 'planned',
  apiServer: { cidrs: [], ports: [] },
} as const;
const facts = {
  ...vault.facts({
    environment: 'test',
    profile: 'production',
    domain: 'example.org',
    images: {},
    cluster,
    settings,
  }),
  databases: [{ name: 'orders', schema: 'public' }],
};
const start = Date.parse('2030-01-01T00:00:00Z');

/** Plans for a server as it is, and has it do what was planned. */
class Planned extends Model {
  time = start;
  private readonly desired: readonly Desired[];

  constructor(desired: readonly Desired[]) {
    super(() => this.time);
    this.desired = desired;
  }

  plan(): Change[] {
    const current = new Map(readsFor(this.desired).map((path) => [path, this.read(path)]));
    return planChanges(this.desired, { ...inputs, current, now: this.time });
  }

  make({ method, path, body }: Change): void {
    this.write(method, path, body);
  }
}

const inputs: PlanInputs = {
  current: new Map(),
  credentials: new Map(),
  now: start,
  random: () => 'random',
  sweep: true,
};

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/);
const need = fc
  .record({
    name: word,
    namespace: word,
    serviceAccount: word,
    secrets: fc.uniqueArray(
      fc.record({
        name: word,
        keys: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
        generated: fc.constant(true),
        rotation: fc.constantFrom('24h', '720h'),
        mountPath: fc.constant('/secret'),
      }),
      { selector: (one) => one.name, maxLength: 3 },
    ),
    transitKeys: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    databases: fc.constantFrom([], [{ database: 'orders', access: 'read' as const }]),
    certificates: fc.boolean(),
  })
  .map((one) => secretsNeeds.parse(one));
const needs = fc.uniqueArray(need, { selector: (one) => `${one.name}.${one.namespace}`, maxLength: 4 });

describe('the planner', () => {
  test('leaves nothing to do once all it asked for is done, wherever it was interrupted', () => {
    fc.assert(
      fc.property(needs, fc.nat(), (all, at) => {
        const model = new Planned([...platform, ...all.flatMap((one) => clientState(facts, one))]);
        const first = model.plan();
        for (const change of first.slice(0, at % (first.length + 1))) model.make(change);
        for (const change of model.plan()) model.make(change);
        assert.deepEqual(model.plan(), []);
      }),
      { numRuns: 50 },
    );
  });

  test('puts right exactly what was changed by hand', () => {
    fc.assert(
      fc.property(needs, fc.nat(), (all, which) => {
        const desired = [...platform, ...all.flatMap((one) => clientState(facts, one))];
        const model = new Planned(desired);
        for (const change of model.plan()) model.make(change);
        const entries = desired.filter((one) => one.kind === 'entry');
        const spoiled = entries[which % entries.length];
        assert.ok(spoiled);
        const at = spoiled.readAt ?? spoiled.path;
        const [field] = Object.keys(spoiled.body);
        assert.ok(field);
        model.data.set(at, { ...model.data.get(at), [field]: 'spoiled' as Json });
        assert.deepEqual(
          model.plan().map(({ method, path }) => [method, path]),
          [['POST', spoiled.path]],
        );
      }),
      { numRuns: 50 },
    );
  });

  test('takes away what was a service’s, and neither its keys, its secrets nor anybody else’s', () => {
    fc.assert(
      fc.property(needs, (all) => {
        const served = new Planned([...platform, ...all.flatMap((one) => clientState(facts, one))]);
        for (const change of served.plan()) served.make(change);
        served.data.set('sys/policies/acl/by-hand', { policy: '' });
        const left = new Planned(platform);
        for (const [path, value] of served.data) left.data.set(path, value);
        const changes = left.plan();
        const owned = [...served.data.keys()].filter((path) =>
          /^(sys\/policies\/acl|auth\/kubernetes\/role|database\/roles|pki\/roles)\/.*\./.test(path),
        );
        assert.ok(changes.every(({ method }) => method === 'DELETE'));
        assert.deepEqual(changes.map(({ path }) => path).sort(), owned.sort());
      }),
      { numRuns: 50 },
    );
  });

  test('makes generated values anew when they are as old as they may be, against the version that it saw', () => {
    const desired: Desired[] = [
      { kind: 'generated', mount: 'kv', path: 'a', keys: ['one', 'two'], rotateAfter: 3600 },
    ];
    const model = new Planned(desired);
    const [first] = model.plan();
    assert.deepEqual(first?.body, { data: { one: 'random', two: 'random' }, options: { cas: 0 } });
    assert.ok(first);
    model.make(first);
    model.time += 3599_000;
    assert.deepEqual(model.plan(), []);
    model.time += 1000;
    assert.deepEqual(model.plan()[0]?.body?.options, { cas: 1 });
  });

  test('keeps its hands off an engine of another type', () => {
    const desired: Desired[] = [{ kind: 'mount', table: 'sys/mounts', name: 'kv', type: 'kv' }];
    const current = new Map([['sys/mounts', { 'kv/': { type: 'transit' } }]]);
    assert.throws(() => planChanges(desired, { ...inputs, current }), /is a transit engine/);
  });

  test('sends a database’s password only when the credentials or the connection changed', () => {
    const desired: Desired[] = [
      {
        kind: 'connection',
        path: 'database/config/orders',
        details: { plugin_name: 'postgresql-database-plugin', allowed_roles: ['*'], connection_url: 'u' },
        credentials: 'database-orders',
      },
    ];
    const credentials = (version: string) =>
      new Map([['database-orders', { version, data: { username: 'admin', password: 'hidden' } }]]);
    const there = {
      plugin_name: 'postgresql-database-plugin',
      allowed_roles: ['*'],
      connection_details: { connection_url: 'u', username: 'admin', credential_version: '1' },
    };
    const current = new Map([['database/config/orders', there]]);
    assert.deepEqual(planChanges(desired, { ...inputs, current, credentials: credentials('1') }), []);
    const [change] = planChanges(desired, { ...inputs, current, credentials: credentials('2') });
    assert.equal(change?.body?.password, 'hidden');
    assert.doesNotMatch(change.why, /hidden/);
    // Until they are there, nothing can be said about the connection.
    assert.deepEqual(planChanges(desired, inputs), []);
  });
});
