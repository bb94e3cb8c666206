import { conformance } from '../../tests/support/conformance/index.ts';

await conformance('certificates', [
  {
    name: 'orders',
    namespace: 'commerce',
    need: {
      name: 'orders-certificate',
      namespace: 'commerce',
      dnsNames: ['orders.commerce.svc', 'orders.commerce'],
      usages: ['server', 'client'],
      mountPath: '/certificates',
    },
  },
  {
    name: 'ledger, in a namespace of its own',
    namespace: 'accounting',
    need: {
      name: 'ledger-certificate',
      namespace: 'accounting',
      dnsNames: ['ledger.accounting.svc'],
      usages: ['client'],
      mountPath: '/certificates',
    },
  },
  {
    name: 'stock, beside orders',
    namespace: 'commerce',
    need: {
      name: 'stock-certificate',
      namespace: 'commerce',
      dnsNames: ['stock.commerce.svc'],
      usages: ['server'],
      mountPath: '/certificates',
    },
  },
]);
