import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubernetesObject } from '../../kubernetes/index.ts';
import { parseConditions } from './wait-for.ts';

const object: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'thing', generation: 3, labels: { 'app.kubernetes.io/name': 'x' } },
  spec: { ports: [{ name: 'a', port: 80 }], empty: '', none: null },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Stalled', status: 'False' },
      { type: 'Old', status: 'True', observedGeneration: 2 },
    ],
  },
};

describe('the condition', () => {
  const cases: [string, boolean][] = [
    ['condition=Ready', true],
    ['condition=ready=true', true],
    ['condition=Ready=False', false],
    ['condition=Stalled=False', true],
    ['condition=Missing', false],
    ['condition=Old', false],
    ['jsonpath={.status.phase}', true],
    ['jsonpath={.status.phase}=Running', true],
    ['jsonpath={.status.phase}="Running"', true],
    ['jsonpath=.status.phase=Running', true],
    ['jsonpath={.status.phase}=Failed', false],
    ['jsonpath={.status.missing}', false],
    ['jsonpath={.spec.none}', false],
    ['jsonpath={.spec.ports[0].port}=80', true],
    ['jsonpath={.spec.ports[-1].port}=80', true],
    ['jsonpath={.spec.ports[*].name}=a', true],
    ['jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', true],
    ["jsonpath={.status.conditions[?(@.type=='Stalled')].status}=True", false],
    ["jsonpath={.metadata.labels['app.kubernetes.io/name']}=x", true],
    ['["condition=Ready","jsonpath={.status.phase}=Running"]', true],
    ['["condition=Ready","condition=Missing"]', false],
  ];
  for (const [text, expected] of cases) {
    test(`${text} ${expected ? 'holds' : 'does not hold'}`, () => {
      assert.equal(
        parseConditions(text).every((condition) => condition.holds(object)),
        expected,
      );
    });
  }

  for (const text of [
    '',
    'Ready',
    'condition=',
    'jsonpath=',
    'jsonpath={}',
    'jsonpath={.a[}',
    '[]',
    '[1]',
    '["x"',
    '["x"]',
  ]) {
    test(`"${text}" is refused`, () => {
      assert.throws(() => parseConditions(text), /no condition|JSONPath|JSON list/);
    });
  }
});
