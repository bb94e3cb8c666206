/** What KWOK simulates besides nodes and pods: the addresses that a cloud would give. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writePrivately } from './files.ts';
import type { LabLayout } from './layout.ts';
import { ingressAddress, loadBalancerPrefix } from './network.ts';

const { from, to } = loadBalancerPrefix;

/** KWOK's configuration file. */
export function stagesFile(layout: LabLayout): string {
  return join(layout.configuration, 'kwok.yaml');
}

/**
 * Gives a load balancer its address: 198.18.x.y, where 10.96.x.y is the Service's cluster address. That is unique and
 * stays the same for the life of the Service.
 */
const serviceStage = {
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name: 'service-load-balancer' },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Service' },
    selector: {
      matchExpressions: [
        { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
        { key: '.spec.type', operator: 'In', values: ['LoadBalancer'] },
        { key: '.spec.clusterIP', operator: 'Exists' },
        { key: '.status.loadBalancer.ingress', operator: 'DoesNotExist' },
      ],
    },
    next: {
      statusTemplate: [
        'loadBalancer:',
        '  ingress:',
        `  - ip: {{ .spec.clusterIP | replace "${from}" "${to}" | Quote }}`,
        '    ipMode: VIP',
        '',
      ].join('\n'),
    },
  },
};

/** Gives an Ingress an address, as its controller would. */
const ingressStage = {
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name: 'ingress-address' },
  spec: {
    resourceRef: { apiGroup: 'networking.k8s.io/v1', kind: 'Ingress' },
    selector: {
      matchExpressions: [
        { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
        { key: '.status.loadBalancer.ingress', operator: 'DoesNotExist' },
      ],
    },
    next: { statusTemplate: `loadBalancer:\n  ingress:\n  - ip: ${ingressAddress}\n` },
  },
};

/** Writes KWOK's configuration. With no stages for nodes and pods in it, KWOK takes its own for them. */
export async function writeStages(layout: LabLayout): Promise<void> {
  const documents = [serviceStage, ingressStage].map((stage) => stringify(stage));
  await writePrivately(stagesFile(layout), documents.join('---\n'));
}
