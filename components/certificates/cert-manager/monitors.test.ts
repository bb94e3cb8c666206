import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { certManagerAlerts } from './monitors.ts';

const controller = 'up{job="ninefold-certificates/cert-manager"}';
const labels = 'exported_namespace="commerce",name="orders"';
const expiration = `certmanager_certificate_expiration_timestamp_seconds{${labels}}`;
const ready = (condition: string) =>
  `certmanager_certificate_ready_status{${labels},condition="${condition}"}`;
const errors = 'certmanager_controller_sync_error_count{controller="certificates-issuing"}';
const day = 24 * 3600;

const healthy: Series = {
  [controller]: '1x120',
  [ready('True')]: '1x120',
  [ready('False')]: '0x120',
  [ready('Unknown')]: '0x120',
  [expiration]: `${60 * day}x120`,
  [errors]: '3x120',
};

describe('alerts of cert-manager', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(certManagerAlerts, healthy), []));

  const cases: [string, Series, string[]][] = [
    [
      'a controller that does not answer',
      { ...healthy, [controller]: '0x120' },
      ['CertificateControllerAbsent'],
    ],
    [
      'a certificate that is not ready',
      { ...healthy, [ready('True')]: '0x120', [ready('False')]: '1x120' },
      ['CertificateNotReady'],
    ],
    [
      'a certificate that ends soon',
      { ...healthy, [expiration]: `${10 * day}x120` },
      ['CertificateExpiresSoon'],
    ],
    [
      'a controller that keeps failing',
      { ...healthy, [errors]: '0+10x120' },
      ['CertificateControllerErrors'],
    ],
  ];
  for (const [name, series, expected] of cases) {
    test(`report ${name}`, () => assert.deepEqual(raised(certManagerAlerts, series), expected));
  }

  test('are each raised by some case', () => {
    const covered = cases.flatMap(([, , expected]) => expected);
    assert.deepEqual(certManagerAlerts.map(({ name }) => name).sort(), [...covered].sort());
  });
});
