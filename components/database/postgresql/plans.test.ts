import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { databaseNeeds } from '../capability.ts';
import { hostRules, membershipsOf, namesOf } from './access.ts';
import { type InstanceSize, planMemory, planParameters, planWal, reservedConnections } from './parameters.ts';
import { planReplication } from './replication.ts';

const mebibyte = 2 ** 20;
const size: fc.Arbitrary<InstanceSize> = fc.record({
  memory: fc.integer({ min: 256, max: 512 * 1024 }).map((amount) => amount * mebibyte),
  cpu: fc.double({ min: 0.1, max: 64, noNaN: true }),
  walStorage: fc.integer({ min: 1024, max: 2 ** 20 }).map((amount) => amount * mebibyte),
  connections: fc.integer({ min: 20, max: 5000 }),
});

/** Sizes whose memory serves their connections, which the check of the settings lets through. */
const sound = size.filter((one) => planMemory(one).left >= 0);

describe('the parameters of an instance', () => {
  test('never take more memory than it has, even when all that may be taken is taken', () => {
    fc.assert(
      fc.property(sound, (one) => {
        const { sharedBuffers, maintenance, work } = planMemory(one);
        const connections = one.connections + reservedConnections;
        const most = sharedBuffers + 3 * maintenance + connections * (work + 4);
        return most * mebibyte <= one.memory;
      }),
    );
  });

  test('give every part something', () => {
    fc.assert(
      fc.property(size, (one) => {
        const { sharedBuffers, maintenance, work } = planMemory(one);
        return sharedBuffers >= 64 && maintenance >= 1 && work >= 1;
      }),
    );
  });

  test('never give a part less when there is more memory', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 1024 }), (one, more) => {
        const [before, after] = [
          planMemory(one),
          planMemory({ ...one, memory: one.memory + more * mebibyte }),
        ];
        for (const part of ['sharedBuffers', 'maintenance', 'work'] as const)
          assert.ok(after[part] >= before[part]);
      }),
    );
  });

  test('leave the log room on its disk, and keep a checkpoint from filling what a copy is kept', () => {
    fc.assert(
      fc.property(size, (one) => {
        const { soft, slots, kept } = planWal(one);
        const disk = one.walStorage / mebibyte;
        return slots <= disk * 0.7 && kept <= soft && soft < slots && soft >= 32;
      }),
    );
  });

  test('are whole numbers with units that PostgreSQL knows, or words', () => {
    fc.assert(
      fc.property(size, (one) => {
        for (const [name, value] of Object.entries(planParameters(one, '1s'))) {
          assert.match(value, /^(\d+(MB|ms|s|min)?|\d\.\d|on|lz4|top|TLSv1\.3)$/, `${name} = ${value}`);
        }
      }),
    );
  });
});

describe('synchronous replication', () => {
  const instances = fc.integer({ min: 2, max: 9 });

  test('has a majority, the one that writes included, hold every transaction', () => {
    fc.assert(fc.property(instances, (count) => 1 + (planReplication(count)?.number ?? 0) > count / 2));
  });

  test('lets one instance be away without stopping writes', () => {
    fc.assert(
      fc.property(instances, (count) => {
        const plan = planReplication(count);
        return plan?.dataDurability === 'preferred' || count - 2 >= (plan?.number ?? count);
      }),
    );
  });

  test('is none where there is nobody to follow', () => assert.equal(planReplication(1), undefined));
});

const word = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
const need = fc
  .record({ client: word, namespace: word, database: word, access: fc.constantFrom('owner', 'read-only') })
  .map((one) => databaseNeeds.parse(one));

describe('who is who', () => {
  test('no two clients share a role, and no two owners a database', () => {
    fc.assert(
      fc.property(need, need, (one, other) => {
        const [first, second] = [namesOf(one), namesOf(other)];
        const sameClient = one.client === other.client && one.namespace === other.namespace;
        const sameDatabase = one.database === other.database && one.namespace === other.namespace;
        assert.equal(first.role === second.role, sameClient);
        assert.equal(first.database === second.database, sameDatabase);
        assert.notEqual(first.role, second.database);
      }),
    );
  });

  test('a role ends with a dot and its namespace, which the authority asks for', () => {
    fc.assert(fc.property(need, (one) => namesOf(one).role.endsWith(`.${one.namespace}`)));
  });

  test('everybody is a client, and a member of one database only', () => {
    for (const access of ['owner', 'read-write', 'read-only'] as const) {
      const memberships = membershipsOf(access, 'commerce_orders');
      assert.deepEqual(memberships.slice(0, 2), ['ninefold_clients', 'commerce_orders']);
      assert.ok(memberships.slice(2).every((name) => name.startsWith('pg_') && name.endsWith('_all_data')));
    }
  });

  test('whatever no line lets in is refused by the last', () => {
    for (const pooled of [true, false]) {
      const rules = hostRules(pooled);
      assert.equal(rules.at(-1), 'host all all all reject');
      assert.ok(rules.slice(0, -1).every((rule) => /^hostssl .* cert( |$)/.test(rule)));
    }
  });

  test('names that are too long for PostgreSQL or a certificate are refused', () => {
    const long = 'a'.repeat(60);
    const given = { client: long, namespace: 'commerce', database: 'orders' };
    assert.equal(databaseNeeds.safeParse(given).success, false);
    assert.equal(databaseNeeds.safeParse({ ...given, client: 'orders', database: long }).success, false);
  });

  test('nobody owns a database in the namespace of another', () => {
    const given = {
      client: 'orders',
      namespace: 'commerce',
      database: 'orders',
      databaseNamespace: 'accounting',
    };
    assert.equal(databaseNeeds.safeParse(given).success, false);
    assert.equal(databaseNeeds.safeParse({ ...given, access: 'read-only' }).success, true);
  });
});
