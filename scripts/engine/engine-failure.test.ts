import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiagnosticEvent } from '@pulumi/pulumi/automation/index.js';
import { EngineFailure, failuresOf } from './engine-failure.ts';

const urn = (type: string, name: string) => `urn:pulumi:lab.platform::ninefold::${type}::${name}`;
const deployment = urn(
  'ninefold:certificates:CertManager$kubernetes:apps/v1:Deployment',
  'certificates-webhook',
);
const service = urn('ninefold:certificates:CertManager$kubernetes:core/v1:Service', 'certificates-service');

function diagnostic(
  message: string,
  about?: string,
  severity: DiagnosticEvent['severity'] = 'error',
): DiagnosticEvent {
  return { message, color: 'never', severity, ...(about ? { urn: about } : {}) };
}

test('what only repeats that something failed is left out', () => {
  const failures = failuresOf([
    diagnostic('<{%reset%}>the API server refused it<{%reset%}>\n', deployment),
    diagnostic('update failed'),
    diagnostic('a word of warning', deployment, 'warning'),
    diagnostic('the API server refused it', deployment),
  ]);
  assert.deepEqual(failures, [{ urn: deployment, message: 'the API server refused it' }]);
});

test('where nothing else is said, even a repetition is better than silence', () => {
  assert.deepEqual(failuresOf([diagnostic('update failed')]), [{ message: 'update failed' }]);
});

test('stack traces stay in the log', () => {
  const [failure] = failuresOf([
    diagnostic(
      'Error: no such thing\n    at program (file:///project/stacks/index.ts:12:3)\n    at <anonymous>',
    ),
  ]);
  assert.equal(failure?.message, 'Error: no such thing');
});

test('the message names resource, kind, part and reason, and one reason once', () => {
  const failure = new EngineFailure(
    'platform',
    [
      { urn: deployment, message: 'the API server is gone' },
      { urn: service, message: 'the API server is gone' },
      { message: 'the engine was killed' },
    ],
    '/tmp/engine.log',
  );
  assert.equal(
    failure.message,
    [
      'platform: 3 problems',
      '  certificates-webhook (apps/v1 Deployment, part of ninefold:certificates:CertManager)',
      '  certificates-service (v1 Service, part of ninefold:certificates:CertManager)',
      '    the API server is gone',
      '  the engine',
      '    the engine was killed',
      '  log  /tmp/engine.log',
    ].join('\n'),
  );
});
