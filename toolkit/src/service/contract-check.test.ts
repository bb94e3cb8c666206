import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineService } from '../contract/index.ts';
import { type Component, compareWithContract, createService, type Needs, NotGrantedError } from './index.ts';

const contract = defineService({
  contract: 'v1',
  name: 'orders',
  team: 'commerce',
  image: { name: 'shop/orders' },
  apis: { http: { port: 8080, openapi: './openapi.yaml' } },
  calls: [{ service: 'stock', operations: ['getPrice', 'reserve'], deadline: '300ms' }],
  publishes: [{ topic: 'orders.placed', version: 1, schema: './placed.json', key: 'orderId' }],
  consumes: [{ topic: 'payments.settled', version: 2, group: 'orders' }],
  database: {},
  cache: {},
  queues: [{ name: 'thumbnails', access: 'send' }],
  buckets: [{ name: 'invoices', access: 'both' }],
  secrets: [{ name: 'payment-key' }],
  egress: [{ host: 'api.bank.example', reason: 'Settlement.' }],
});

const everything: Needs = {
  apis: [{ kind: 'http', port: 8080 }],
  calls: [{ service: 'stock', operations: ['reserve', 'getPrice'] }],
  publishes: [{ topic: 'orders.placed', version: 1, key: 'orderId' }],
  consumes: [{ topic: 'payments.settled', version: 2 }],
  database: 'postgresql',
  cache: true,
  queues: [{ name: 'thumbnails', access: 'send' }],
  buckets: [{ name: 'invoices', access: 'both' }],
  secrets: ['payment-key'],
  egress: ['api.bank.example'],
};

const component = (needs: Needs): Component => ({ name: 'code', needs });
const compare = (needs: Needs) => compareWithContract(contract, [component(needs)]);

describe('the check against the contract', () => {
  it('finds nothing when code uses exactly what is granted', () => {
    assert.deepEqual(compare(everything), []);
    assert.deepEqual(compare({ ...everything, calls: [{ service: 'stock' }], apis: [{ kind: 'http' }] }), []);
  });

  it('refuses whatever is needed and not granted, and says what is', () => {
    const beyond: [Needs, string, RegExp][] = [
      [{ apis: [{ kind: 'grpc', port: 9090 }] }, 'apis', /granted is an API of http on port 8080/],
      [{ apis: [{ kind: 'http', port: 9999 }] }, 'apis', /needs an API of http on port 9999/],
      [
        { calls: [{ service: 'stock', operations: ['clear'] }] },
        'calls',
        /calls to clear of stock.*granted is getPrice of stock/,
      ],
      [{ calls: [{ service: 'payments' }] }, 'calls', /calls to payments/],
      [{ calls: [{ service: 'stock', api: 'grpc' }] }, 'calls', /calls to stock \(grpc\)/],
      [
        { publishes: [{ topic: 'orders.placed', version: 2 }] },
        'publishes',
        /orders.placed 2; granted is orders.placed 1/,
      ],
      [
        { publishes: [{ topic: 'orders.placed', version: 1, key: 'customer' }] },
        'publishes',
        /in the order of customer/,
      ],
      [{ publishes: [{ topic: 'orders.lost', version: 1 }] }, 'publishes', /to publish orders.lost 1/],
      [
        { consumes: [{ topic: 'payments.settled', version: 1 }] },
        'consumes',
        /payments.settled 1 in the group orders/,
      ],
      [
        { consumes: [{ topic: 'payments.settled', version: 2, group: 'x' }] },
        'consumes',
        /in the group x; granted/,
      ],
      [{ documents: 'mongodb' }, 'documents', /granted is nothing of the kind/],
      [{ queues: [{ name: 'thumbnails', access: 'both' }] }, 'queues', /needs to receive thumbnails/],
      [{ buckets: [{ name: 'photos', access: 'read' }] }, 'buckets', /needs to read photos/],
      [{ secrets: ['master-key'] }, 'secrets', /the secret master-key/],
      [{ egress: ['api.bank.example:8443'] }, 'egress', /to reach api.bank.example:8443/],
    ];
    for (const [needs, path, problem] of beyond) {
      const refused = compare(needs).filter((difference) => difference.refused);
      assert.equal(refused.length, 1, JSON.stringify(needs));
      assert.equal(refused[0]?.path, path);
      assert.match(refused[0]?.problem ?? '', problem);
      assert.equal(refused[0]?.component, 'code');
    }
  });

  it('tells of everything that is granted and not used', () => {
    const unused = compare({});
    assert.ok(unused.every(({ refused, component: by }) => !refused && by === undefined));
    assert.deepEqual(
      unused.map(({ path }) => path),
      [
        'apis',
        'calls[0]',
        'calls[0]',
        'publishes[0]',
        'consumes[0]',
        'database',
        'cache',
        'queues[0]',
        'buckets[0]',
        'buckets[0]',
        'secrets[0]',
        'egress[0]',
      ],
    );
    for (const part of Object.keys(everything)) {
      const { [part as keyof Needs]: _, ...rest } = everything;
      assert.ok(compare(rest).length > 0, `${part} is missed when nothing uses it`);
    }
  });

  it('keeps a service from starting, with every reason, before anything was opened', async () => {
    let opened = 0;
    const service = createService({
      contract,
      management: false,
      components: [
        {
          name: 'reader',
          needs: { consumes: [{ topic: 'a', version: 1 }] },
          start: () => void (opened += 1),
        },
        { name: 'opener', needs: { documents: 'mongodb' } },
      ],
    });
    await assert.rejects(service.start(), (error) => {
      assert.ok(error instanceof NotGrantedError);
      assert.equal(error.differences.length, 2);
      assert.match(
        error.message,
        /^orders needs what its contract does not grant:\nconsumes: reader needs to read a 1/,
      );
      assert.match(error.message, /\ndocuments: opener needs documents of mongodb/);
      return true;
    });
    assert.equal(opened, 0);
    assert.equal(service.state, 'failed');
  });

  it('lets a service start that uses less, and tells what', async () => {
    const drift: string[] = [];
    const { secrets: _, ...less } = everything;
    const service = createService({
      contract,
      management: false,
      noticeTime: 0,
      components: [component(less)],
      onDrift: ({ path }) => drift.push(path),
    });
    await service.start();
    assert.deepEqual(drift, ['secrets[0]']);
    assert.equal(service.describe().drift.length, 1);
    await service.stop();
  });
});
