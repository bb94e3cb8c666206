import type { Transcript } from '../test-support/transcript.ts';
import { definition, definitionType, groupFor } from './fixtures.ts';

const mark = 'ninefold.dev/left-out';
const service = { name: 'webhook', namespace: 'nowhere', port: 443 };

/** What nobody would serve in the lab is recorded and not made. */
export const leftOut: Transcript[] = [
  {
    title: 'webhooks and aggregated APIs that a pod would serve stay in the state only',
    ours: true,
    steps: (namespace) => {
      const webhooks = (failurePolicy: string) => [
        {
          name: 'check.example.org',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy,
          clientConfig: { service },
        },
      ];
      const parts = [
        { kind: 'ValidatingWebhookConfiguration', api: 'admissionregistration.k8s.io/v1' },
        { kind: 'MutatingWebhookConfiguration', api: 'admissionregistration.k8s.io/v1' },
      ];
      return [
        ...parts.flatMap(({ kind, api }) => {
          const type = `kubernetes:${api}:${kind}`;
          const inputs = (policy: string) => ({ metadata: { name: namespace }, webhooks: webhooks(policy) });
          const outputs = { metadata: { annotations: { [mark]: 'true' } } };
          return [
            {
              up: kind,
              type,
              inputs: inputs('Fail'),
              expect: { operation: 'create' as const, id: namespace, outputs },
            },
            { absent: { apiVersion: api, kind, name: namespace } },
            { refresh: kind, expect: { operation: 'same' as const, outputs } },
            {
              up: kind,
              type,
              inputs: inputs('Ignore'),
              expect: { changes: { 'webhooks[0].failurePolicy': 'update' }, outputs },
            },
            { destroy: kind },
          ];
        }),
        {
          up: 'api',
          type: 'kubernetes:apiregistration.k8s.io/v1:APIService',
          inputs: {
            metadata: { name: `v1.${groupFor(namespace)}` },
            spec: {
              group: groupFor(namespace),
              version: 'v1',
              service,
              groupPriorityMinimum: 100,
              versionPriority: 100,
            },
          },
          expect: { outputs: { metadata: { annotations: { [mark]: 'true' } } } },
        },
        {
          absent: {
            apiVersion: 'apiregistration.k8s.io/v1',
            kind: 'APIService',
            name: `v1.${groupFor(namespace)}`,
          },
        },
        { destroy: 'api' },
      ];
    },
  },
  {
    title: 'a definition is served without the conversion that nobody answers, and shows no drift',
    ours: true,
    steps: (namespace) => {
      const inputs = definition(
        groupFor(namespace),
        'Gadget',
        { type: 'object' },
        {
          conversion: {
            strategy: 'Webhook',
            webhook: { conversionReviewVersions: ['v1'], clientConfig: { service } },
          },
        },
      );
      return [
        {
          up: 'kind',
          type: definitionType,
          inputs,
          expect: { outputs: { metadata: { annotations: { [mark]: 'spec.conversion' } } } },
        },
        {
          live: {
            apiVersion: 'apiextensions.k8s.io/v1',
            kind: 'CustomResourceDefinition',
            name: `gadgets.${groupFor(namespace)}`,
          },
          holds: { spec: { conversion: { strategy: 'None', webhook: null } } },
        },
        { refresh: 'kind', expect: { operation: 'same' } },
        { up: 'kind', type: definitionType, inputs, expect: { operation: 'same' } },
        {
          up: 'one',
          type: `kubernetes:${groupFor(namespace)}/v1:Gadget`,
          inputs: { metadata: { name: 'one', namespace } },
        },
      ];
    },
  },
];
