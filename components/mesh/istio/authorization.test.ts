import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { asRecord, type Manifest } from '../../kit/manifest.ts';
import { type MeshService, meshNeeds } from '../capability.ts';
import { allowRules } from './authorization.ts';
import { istioFacts } from './facts.ts';
import { principals } from './principals.ts';
import { istioSizes } from './settings.ts';

const facts = istioFacts(istioSizes.minimal);

const orders: MeshService = {
  kind: 'service',
  name: 'orders',
  namespace: 'commerce',
  serviceAccount: 'orders',
  podLabels: { app: 'orders' },
  ports: [
    { name: 'http', port: 80, targetPort: 8080, protocol: 'http' },
    { name: 'raw', port: 9000, targetPort: 9000, protocol: 'tcp' },
  ],
  callers: [
    { namespace: 'web', serviceAccount: 'shop', operations: [{ methods: ['GET'], paths: ['/orders/*'] }] },
    { namespace: 'commerce', serviceAccount: 'billing', ports: [80] },
  ],
  calls: [{ name: 'stock', namespace: 'warehouse', podLabels: { app: 'stock' }, targetPorts: [8080] }],
  probePorts: [8081],
};

const named = (objects: readonly Manifest[], kind: string, name: string) => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return asRecord(found.spec) ?? {};
};

describe('a service behind a waypoint', () => {
  test('lets its callers in at the waypoint, and only the waypoint at its pods', async () => {
    const { objects, binding } = await recordBinding({ profile: 'minimal' }, 'mesh', orders);
    assert.deepEqual(named(objects, 'AuthorizationPolicy', 'orders-callers'), {
      targetRefs: [{ group: '', kind: 'Service', name: 'orders' }],
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/commerce/sa/billing'] } }],
          to: [{ operation: { ports: ['80'] } }],
        },
        {
          from: [{ source: { principals: ['cluster.local/ns/web/sa/shop'] } }],
          to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/orders/*'] } }],
        },
      ],
    });
    assert.deepEqual(named(objects, 'AuthorizationPolicy', 'orders-waypoint'), {
      selector: { matchLabels: { app: 'orders' } },
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/commerce/sa/waypoint'] } }],
          to: [{ operation: { ports: ['8080', '9000'] } }],
        },
      ],
    });
    assert.deepEqual(binding.egress, [
      {
        namespace: 'warehouse',
        podLabels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
        ports: [15008],
      },
    ]);
  });

  test('is probed from the address that the mesh gives the kubelet', async () => {
    const { objects } = await recordBinding({ profile: 'minimal' }, 'mesh', orders);
    assert.deepEqual(named(objects, 'NetworkPolicy', 'mesh-orders-probes').ingress, [
      { from: [{ ipBlock: { cidr: '169.254.7.127/32' } }], ports: [{ protocol: 'TCP', port: 8081 }] },
    ]);
  });

  test('that nobody may call allows nobody', async () => {
    const { objects } = await recordBinding({ profile: 'minimal' }, 'mesh', { ...orders, callers: [] });
    const spec = named(objects, 'AuthorizationPolicy', 'orders-callers');
    assert.equal(spec.action, 'ALLOW');
    assert.equal(spec.rules, undefined);
  });
});

test('a service with sidecars checks its callers at its pods, and sees only those that it calls', async () => {
  const environment = { profile: 'minimal', capabilities: { mesh: { dataPlane: 'sidecar' } } } as const;
  const { objects, binding } = await recordBinding(environment, 'mesh', orders);
  const callers = named(objects, 'AuthorizationPolicy', 'orders-callers');
  assert.deepEqual(callers.selector, { matchLabels: { app: 'orders' } });
  assert.deepEqual(named(objects, 'Sidecar', 'orders').egress, [
    { hosts: ['./*', 'warehouse/stock.warehouse.svc.cluster.local'] },
  ]);
  assert.deepEqual(binding.egress, [{ namespace: 'warehouse', podLabels: { app: 'stock' }, ports: [8080] }]);
});

describe('a namespace of the mesh', () => {
  const need = {
    kind: 'namespace',
    namespace: 'commerce',
    egress: [{ host: 'api.bank.example', port: 443, protocol: 'TLS', serviceAccounts: ['payments'] }],
  };

  test('has a waypoint, which is reached through the tunnel only', async () => {
    const { objects } = await recordBinding({ profile: 'minimal' }, 'mesh', need);
    const { gatewayClassName, listeners } = named(objects, 'Gateway', 'waypoint');
    assert.equal(gatewayClassName, 'istio-waypoint');
    assert.deepEqual(listeners, [
      { name: 'mesh', port: 15008, protocol: 'HBONE', allowedRoutes: { namespaces: { from: 'Same' } } },
    ]);
    const opened = named(objects, 'NetworkPolicy', 'mesh-inbound').ingress;
    assert.deepEqual(opened, [
      {
        from: [{ podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' } } }],
        ports: [{ protocol: 'TCP', port: 15008 }],
      },
    ]);
  });

  test('reaches a host outside by those accounts that may', async () => {
    const { objects } = await recordBinding({ profile: 'minimal' }, 'mesh', need);
    const name = 'egress-api-bank-example-443';
    assert.deepEqual(named(objects, 'ServiceEntry', name).exportTo, ['.']);
    const { rules } = named(objects, 'AuthorizationPolicy', `${name}-callers`);
    assert.deepEqual(rules, [
      {
        from: [{ source: { principals: ['cluster.local/ns/commerce/sa/payments'] } }],
        to: [{ operation: { ports: ['443'] } }],
      },
    ]);
  });
});

const word = fc.constantFrom('a', 'b', 'shop', 'orders', 'web');
const identity = fc.record({ namespace: word, serviceAccount: word });
const port = fc.record({
  name: word,
  port: fc.constantFrom<number>(80, 81, 82, 83),
  targetPort: fc.constantFrom<number>(8080, 8081),
  protocol: fc.constantFrom('http' as const, 'tcp' as const),
});
const operation = fc.record(
  {
    methods: fc.array(fc.constantFrom('GET', 'POST'), { minLength: 1, maxLength: 3 }),
    paths: fc.array(fc.constantFrom('/a', '/b/*'), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const caller = fc.record(
  {
    namespace: word,
    serviceAccount: word,
    ports: fc.array(fc.constantFrom<number>(80, 81, 99), { minLength: 1, maxLength: 2 }),
    operations: fc.array(operation, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['namespace', 'serviceAccount'] },
);
const service = fc.record({
  ports: fc.array(port, { minLength: 1, maxLength: 4 }),
  callers: fc.array(caller, { maxLength: 4 }),
});

describe('rules of a policy', () => {
  test('never name a port, a caller, a method or a path that was not granted', () => {
    fc.assert(
      fc.property(service, fc.constantFrom('port' as const, 'targetPort' as const), (part, side) => {
        const need = { ...orders, ...part };
        for (const { from, to } of allowRules(facts, need, side)) {
          const [{ source }] = from;
          assert.equal(source.principals.length, 1);
          const callers = need.callers.filter(
            (one) => source.principals[0] === `cluster.local/ns/${one.namespace}/sa/${one.serviceAccount}`,
          );
          assert.ok(callers.length > 0);
          for (const {
            operation: { ports, methods, paths },
          } of to) {
            assert.ok(ports.length > 0);
            const granted = callers.some(
              (one) =>
                ports.every((number) =>
                  need.ports.some(
                    (candidate) =>
                      String(candidate[side]) === number &&
                      (one.ports?.includes(candidate.port) ?? true) &&
                      ((methods === undefined && paths === undefined) || candidate.protocol !== 'tcp'),
                  ),
                ) &&
                (one.operations ?? [{}]).some(
                  (allowed) =>
                    JSON.stringify([...new Set(allowed.methods)].sort()) === JSON.stringify(methods ?? []) &&
                    JSON.stringify([...new Set(allowed.paths)].sort()) === JSON.stringify(paths ?? []),
                ),
            );
            assert.ok(granted, JSON.stringify({ need, ports, methods, paths }));
          }
        }
      }),
    );
  });

  test('do not depend on the order in which identities are given', () => {
    fc.assert(
      fc.property(fc.array(identity), fc.array(identity), (some, others) => {
        const listed = principals(facts, [...some, ...others]);
        assert.deepEqual(principals(facts, [...others, ...some]), listed);
        assert.equal(new Set(listed).size, listed.length);
      }),
    );
  });
});

test('a need must say who and where', () => {
  assert.equal(meshNeeds.safeParse({ ...orders, ports: [] }).success, false);
  assert.equal(meshNeeds.safeParse({ ...orders, callers: [{ namespace: 'web' }] }).success, false);
  const operations = [{ paths: ['/a/*/b'] }];
  const wrong = { ...orders, callers: [{ namespace: 'web', serviceAccount: 'shop', operations }] };
  assert.equal(meshNeeds.safeParse(wrong).success, false);
});
