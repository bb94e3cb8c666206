import { conformance } from '../../tests/support/conformance/index.ts';

await conformance('streaming', [
  {
    name: 'orders, which publishes and consumes',
    namespace: 'commerce',
    need: {
      client: 'orders',
      namespace: 'commerce',
      publishes: [{ name: 'orders.placed', partitions: 12, retention: '168h' }],
      consumes: [{ topic: 'payments.settled', group: 'orders' }],
      transactions: true,
    },
  },
  {
    name: 'payments, which publishes what orders consumes',
    namespace: 'commerce',
    need: {
      client: 'payments',
      namespace: 'commerce',
      publishes: [{ name: 'payments.settled', compacted: true }],
      consumes: [],
    },
  },
  {
    name: 'another orders, which only consumes',
    namespace: 'accounting',
    need: {
      client: 'orders',
      namespace: 'accounting',
      publishes: [],
      consumes: [{ topic: 'orders.placed', group: 'accounting' }],
    },
  },
]);
