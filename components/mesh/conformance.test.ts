import { conformance } from '../../tests/support/conformance/index.ts';

await conformance('mesh', [
  {
    name: 'a namespace with a host outside',
    namespace: 'commerce',
    need: {
      kind: 'namespace',
      namespace: 'commerce',
      egress: [{ host: 'api.bank.example', port: 443, protocol: 'TLS', serviceAccounts: ['payments'] }],
    },
  },
  {
    name: 'orders, which the shop may read from and which asks stock',
    namespace: 'commerce',
    need: {
      kind: 'service',
      name: 'orders',
      namespace: 'commerce',
      serviceAccount: 'orders',
      podLabels: { app: 'orders' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'http' }],
      callers: [{ namespace: 'web', serviceAccount: 'shop', operations: [{ methods: ['GET'] }] }],
      calls: [{ name: 'stock', namespace: 'warehouse', podLabels: { app: 'stock' }, targetPorts: [8080] }],
      probePorts: [8080],
    },
  },
  {
    name: 'stock, which nobody may call',
    namespace: 'warehouse',
    need: {
      kind: 'service',
      name: 'stock',
      namespace: 'warehouse',
      serviceAccount: 'stock',
      podLabels: { app: 'stock' },
      ports: [{ name: 'grpc', port: 9000, targetPort: 9000, protocol: 'grpc' }],
      callers: [],
      calls: [],
      probePorts: [],
    },
  },
]);
