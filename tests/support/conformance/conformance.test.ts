import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkPolicy, type Peer } from '../../../components/kit/network.ts';
import { shapeOf } from './facts-shape.ts';
import { refusedPorts } from './network-reach.ts';

describe('the shape of facts', () => {
  const schema = {
    properties: {
      host: { type: 'string' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      pool: { anyOf: [{ type: 'object', properties: { port: { type: 'integer' } } }, { type: 'null' }] },
    },
  };
  const facts = { host: 'a.example.org', labels: { app: 'a' }, pool: { port: 1 } };

  test('does not depend on what they say, nor on how many entries a record has', () => {
    const other = { host: 'b.example.org', labels: { name: 'b', part: 'b' }, pool: { port: 2 } };
    assert.deepEqual(shapeOf(facts, schema), shapeOf(other, schema));
  });

  test('tells what is left out, and what is null', () => {
    assert.notDeepEqual(shapeOf({ ...facts, pool: undefined }, schema), shapeOf(facts, schema));
    assert.deepEqual(shapeOf({ ...facts, pool: null }, schema), [
      '.host: string',
      '.labels.*: string',
      '.pool: null',
    ]);
  });
});

describe('a client that connects', () => {
  const client = { namespace: 'commerce', namespaceLabels: { client: 'true' } };
  const destination = { namespace: 'data', podLabels: { app: 'server', role: 'primary' }, ports: [1, 2] };
  const refused = (peer: Peer, pods: Record<string, string> = { app: 'server' }) =>
    refusedPorts(
      [networkPolicy({ name: 'server', namespace: 'data', pods, from: { peers: [peer], ports: [1] } })],
      client,
      destination,
    );

  test('is let in on the ports of a policy that selects the pods and knows its namespace', () => {
    assert.deepEqual(refused({ namespace: 'commerce' }), [2]);
    assert.deepEqual(refused({ namespaceLabels: { client: 'true' } }), [2]);
    assert.deepEqual(refused({ namespace: 'commerce' }, {}), [2]);
  });

  test('is refused by a policy for other namespaces, some of its pods, addresses, or other servers', () => {
    const others: Peer[] = [
      { namespace: 'accounting' },
      { namespaceLabels: { client: 'true', team: 'data' } },
      { namespace: 'commerce', podLabels: { app: 'orders' } },
      { podLabels: {} },
      { cidr: '10.0.0.0/8' },
    ];
    for (const peer of others) assert.deepEqual(refused(peer), [1, 2], JSON.stringify(peer));
    assert.deepEqual(refused({ namespace: 'commerce' }, { app: 'server', role: 'replica' }), [1, 2]);
    assert.deepEqual(refusedPorts([], client, destination), [1, 2]);
  });
});
