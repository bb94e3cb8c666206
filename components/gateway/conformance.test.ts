import { conformance } from '../../tests/support/conformance/index.ts';

const service = (name: string) => ({ name, port: 80, targetPort: 8080, podLabels: { app: name } });

await conformance('gateway', [
  {
    name: 'orders, which takes so many requests a second',
    namespace: 'commerce',
    need: {
      name: 'orders',
      namespace: 'commerce',
      host: 'shop',
      path: '/orders',
      methods: ['GET', 'POST'],
      service: service('orders'),
      rate: { requests: 200, per: 'second' },
      timeout: 3000,
    },
  },
  {
    name: 'pages, which takes what is left',
    namespace: 'web',
    need: {
      name: 'pages',
      namespace: 'web',
      host: 'shop',
      path: '/',
      service: service('pages'),
      timeout: 10_000,
    },
  },
]);
