import { conformance } from '../../tests/support/conformance/index.ts';

await conformance('database', [
  {
    name: 'orders, which owns a database',
    namespace: 'commerce',
    need: { client: 'orders', namespace: 'commerce', database: 'orders' },
  },
  {
    name: 'reports, which reads the database of orders',
    namespace: 'commerce',
    need: { client: 'reports', namespace: 'commerce', database: 'orders', access: 'read-only' },
  },
  {
    name: 'another orders, which owns a database of the same name and shares connections',
    namespace: 'accounting',
    need: { client: 'orders', namespace: 'accounting', database: 'orders', pooled: true },
  },
]);
