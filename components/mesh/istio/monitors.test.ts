import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { meshAlerts } from './monitors.ts';

const up = (namespace: string, job: string, instance: string) =>
  `up{job="${namespace}/${job}",instance="${instance}"}`;
const controlPlane = up('ninefold-mesh', 'istiod', 'a');
const proxies = ['a', 'b'].map((node) => up('ninefold-mesh-nodes', 'ztunnel', node));
const agents = ['a', 'b'].map((node) => up('ninefold-mesh-nodes', 'istio-cni-node', node));
const [proxy = ''] = proxies;
const [agent = ''] = agents;
const rejects = 'pilot_total_xds_rejects{type="type.googleapis.com/envoy.config.listener.v3.Listener"}';
const refused = 'galley_validation_failed{reason="invalid_resource"}';
const within = (le: string) => `pilot_proxy_convergence_time_bucket{le="${le}"}`;
const root = 'citadel_server_root_cert_expiry_timestamp';
const day = 24 * 3600;

const healthy: Series = {
  [controlPlane]: '1x120',
  ...Object.fromEntries([...proxies, ...agents].map((series) => [series, '1x120'])),
  [rejects]: '2x120',
  [refused]: '1x120',
  [within('1')]: '0+10x120',
  [within('30')]: '0+10x120',
  [within('+Inf')]: '0+10x120',
  [root]: `${3000 * day}x120`,
};

const cases: [string, Series, string[]][] = [
  [
    'a control plane that does not answer',
    { ...healthy, [controlPlane]: '0x120' },
    ['MeshControlPlaneAbsent'],
  ],
  [
    'a proxy that refuses what it is sent',
    { ...healthy, [rejects]: '0+5x120' },
    ['MeshConfigurationRejected'],
  ],
  [
    'changes that take a minute to arrive',
    { ...healthy, [within('1')]: '0x120', [within('30')]: '0x120', [within('60')]: '0+10x120' },
    ['MeshConfigurationSlow'],
  ],
  ['objects that keep being refused', { ...healthy, [refused]: '0+3x120' }, ['MeshValidationFailing']],
  ['a node without a proxy', { ...healthy, [proxy]: '0x120' }, ['MeshNodeProxyAbsent']],
  ['a node without an agent', { ...healthy, [agent]: '0x120' }, ['MeshNodeAgentAbsent']],
  ['a root that ends soon', { ...healthy, [root]: `${30 * day}x120` }, ['MeshAuthorityEndsSoon']],
];

describe('alerts of the mesh', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(meshAlerts, healthy), []));

  for (const [name, series, expected] of cases) {
    test(`report ${name}`, () => assert.deepEqual(raised(meshAlerts, series), expected));
  }

  test('are each raised by some case', () => {
    const covered = cases.flatMap(([, , expected]) => expected);
    assert.deepEqual(meshAlerts.map(({ name }) => name).sort(), [...covered].sort());
  });
});
