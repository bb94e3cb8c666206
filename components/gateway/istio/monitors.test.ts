import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { gatewayAlerts } from './monitors.ts';

const up = 'up{job="ninefold-gateway/gateway"}';
const requests = (code: string) =>
  `istio_requests_total{source_workload="platform-istio",response_code="${code}"}`;
const healthy: Series = { [up]: '1x120', [requests('200')]: '0+100x120', [requests('503')]: '0+1x120' };

const cases: [string, Series, string[]][] = [
  ['a gateway that does not answer', { ...healthy, [up]: '0x120' }, ['GatewayAbsent']],
  ['one request in ten that fails', { ...healthy, [requests('503')]: '0+12x120' }, ['GatewayFailing']],
];

describe('alerts of the gateway', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(gatewayAlerts, healthy), []));

  for (const [name, series, expected] of cases) {
    test(`report ${name}`, () => assert.deepEqual(raised(gatewayAlerts, series), expected));
  }

  test('are each raised by some case', () => {
    const covered = cases.flatMap(([, , expected]) => expected);
    assert.deepEqual(gatewayAlerts.map(({ name }) => name).sort(), [...covered].sort());
  });
});
