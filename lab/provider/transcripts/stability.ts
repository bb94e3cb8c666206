import type { WrittenMap } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import { definition, definitionType, groupFor } from './fixtures.ts';

interface Sample {
  type: string;
  /** Without the name. */
  inputs: WrittenMap;
  clusterWide?: boolean;
  /** A cluster-wide name of a form of its own. */
  name?: string;
}

const image = 'registry.example.org/main:1';
const labels = { app: 'web', 'app.kubernetes.io/name': 'web' };
const podTemplate: WrittenMap = {
  metadata: { labels },
  spec: {
    terminationGracePeriodSeconds: 30,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image,
        args: [],
        resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: 1, memory: '1.0Gi' } },
        ports: [
          { name: 'http', containerPort: 8080 },
          { containerPort: 8443, protocol: 'TCP' },
        ],
        env: [
          { name: 'Z', value: '1000m' },
          { name: 'A', value: '' },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', containerName: 'main' } } },
        ],
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, initialDelaySeconds: 0 },
        volumeMounts: [
          { name: 'b', mountPath: '/b' },
          { name: 'a', mountPath: '/a', readOnly: false },
        ],
      },
    ],
    volumes: [
      { name: 'b', emptyDir: {} },
      { name: 'a', emptyDir: { sizeLimit: '0.5Gi' } },
      { name: 'c', projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    imagePullSecrets: [],
  },
};

const samples: Sample[] = [
  {
    type: 'kubernetes:apps/v1:Deployment',
    inputs: {
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
        template: podTemplate,
      },
    },
  },
  {
    type: 'kubernetes:apps/v1:StatefulSet',
    inputs: {
      spec: {
        replicas: 0,
        serviceName: 'db',
        selector: { matchLabels: labels },
        template: podTemplate,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
          },
        ],
      },
    },
  },
  {
    type: 'kubernetes:apps/v1:DaemonSet',
    inputs: {
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { nodeSelector: { no: 'node' }, containers: [{ name: 'main', image }] },
        },
      },
    },
  },
  {
    type: 'kubernetes:batch/v1:CronJob',
    inputs: {
      spec: {
        schedule: '0 3 * * *',
        suspend: true,
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image }] } } },
        },
      },
    },
  },
  {
    type: 'kubernetes:core/v1:Service',
    inputs: {
      spec: {
        selector: labels,
        ports: [
          { name: 'b', port: 443, targetPort: 8443 },
          { name: 'a', port: 80, targetPort: 'http' },
        ],
      },
    },
  },
  {
    type: 'kubernetes:core/v1:Service',
    inputs: {
      spec: { clusterIP: 'None', publishNotReadyAddresses: false, selector: labels, ports: [{ port: 5432 }] },
    },
  },
  { type: 'kubernetes:core/v1:ServiceAccount', inputs: { automountServiceAccountToken: false } },
  {
    type: 'kubernetes:core/v1:ConfigMap',
    inputs: { data: { a: '', b: '1000m' }, binaryData: { c: 'AAEC' } },
  },
  { type: 'kubernetes:core/v1:ConfigMap', inputs: { data: {} } },
  { type: 'kubernetes:core/v1:Secret', inputs: { type: 'Opaque', stringData: { a: '' }, data: { b: '' } } },
  {
    type: 'kubernetes:core/v1:PersistentVolumeClaim',
    inputs: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        resources: { requests: { storage: '1024Mi' } },
      },
    },
  },
  {
    type: 'kubernetes:core/v1:ResourceQuota',
    inputs: { spec: { hard: { 'requests.cpu': '1000m', 'requests.memory': '2048Mi', pods: 10 } } },
  },
  {
    type: 'kubernetes:core/v1:LimitRange',
    inputs: {
      spec: {
        limits: [
          { type: 'Container', default: { cpu: '500m', memory: '0.5Gi' }, defaultRequest: { cpu: '0.1' } },
        ],
      },
    },
  },
  {
    type: 'kubernetes:networking.k8s.io/v1:NetworkPolicy',
    inputs: {
      spec: {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [],
        egress: [
          { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] },
          { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] },
        ],
      },
    },
  },
  {
    type: 'kubernetes:networking.k8s.io/v1:Ingress',
    inputs: {
      spec: {
        ingressClassName: 'none',
        rules: [
          {
            host: 'shop.example.org',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  },
  {
    type: 'kubernetes:policy/v1:PodDisruptionBudget',
    inputs: { spec: { maxUnavailable: '25%', selector: { matchLabels: labels } } },
  },
  {
    type: 'kubernetes:autoscaling/v2:HorizontalPodAutoscaler',
    inputs: {
      spec: {
        minReplicas: 2,
        maxReplicas: 20,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1024Mi' } },
          },
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    },
  },
  {
    type: 'kubernetes:rbac.authorization.k8s.io/v1:Role',
    inputs: { rules: [{ apiGroups: [''], resources: ['pods', 'configmaps'], verbs: ['get', 'list'] }] },
  },
  {
    type: 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
    inputs: {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'none' },
      subjects: [
        { kind: 'ServiceAccount', name: 'default', namespace: 'default' },
        { kind: 'Group', name: 'team' },
      ],
    },
  },
  {
    type: 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
    clusterWide: true,
    inputs: { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { none: 'none' } }] } },
  },
  {
    type: 'kubernetes:coordination.k8s.io/v1:Lease',
    inputs: {
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.000000Z' },
    },
  },
  {
    type: 'kubernetes:discovery.k8s.io/v1:EndpointSlice',
    inputs: {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80 }],
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
    },
  },
  {
    type: 'kubernetes:core/v1:Namespace',
    clusterWide: true,
    inputs: {},
  },
  {
    type: 'kubernetes:storage.k8s.io/v1:StorageClass',
    clusterWide: true,
    inputs: {
      provisioner: 'example.org/disk',
      parameters: { type: 'fast' },
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  },
  {
    type: 'kubernetes:scheduling.k8s.io/v1:PriorityClass',
    clusterWide: true,
    inputs: { value: 1000, globalDefault: false, description: '' },
  },
  {
    type: 'kubernetes:core/v1:PersistentVolume',
    clusterWide: true,
    inputs: {
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'none',
        hostPath: { path: '/nowhere' },
      },
    },
  },
  {
    type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
    clusterWide: true,
    inputs: {
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['example.org'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['none'] },
          ],
        },
        validations: [{ expression: 'true', message: 'always' }],
      },
    },
  },
  {
    type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding',
    clusterWide: true,
    inputs: { spec: { policyName: 'none', validationActions: ['Deny'] } },
  },
];

/** Values that are stored in another way than they are written, and still are no change. */
export const stability: Transcript[] = [
  ...samples.map(({ type, inputs, clusterWide }, index): Transcript => {
    const kind = type.split(':').at(-1) ?? '';
    return {
      title: `${kind} (sample ${index + 1}) is the same right after it was made, refreshed or not`,
      steps: (namespace) => {
        const metadata = clusterWide ? { name: `${namespace}-${index}` } : { name: 'sample', namespace };
        const whole = { ...inputs, metadata };
        return [
          { up: 'a', type, inputs: whole, expect: { operation: 'create' } },
          { refresh: 'a', expect: { operation: 'same', changes: {} } },
          { up: 'a', type, inputs: whole, expect: { operation: 'same', changes: {} } },
          { destroy: 'a' },
        ];
      },
    };
  }),
  {
    title: 'a custom resource with merged lists, sets, defaults and free parts is the same after it was made',
    steps: (namespace) => {
      const group = groupFor(namespace);
      const text = { type: 'string' };
      const schema = {
        type: 'object',
        properties: {
          listeners: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name', 'protocol'],
            items: {
              type: 'object',
              required: ['name'],
              properties: { name: text, protocol: { ...text, default: 'TCP' }, port: { type: 'integer' } },
            },
          },
          hosts: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
          plain: {
            type: 'array',
            items: { type: 'object', properties: { a: text, b: { ...text, default: 'x' } } },
          },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          enabled: { type: 'boolean', default: true },
        },
      };
      const spec = {
        listeners: [
          { name: 'b', port: 1 },
          { name: 'a', protocol: 'UDP', port: 2 },
        ],
        hosts: ['z', 'a'],
        plain: [{ a: '1' }, { a: '2', b: 'y' }],
        free: { deep: [{ x: [1, 2] }], empty: {}, list: [] },
      };
      const inputs = { metadata: { name: 'one', namespace }, spec };
      const type = `kubernetes:${group}/v1:Gateway`;
      return [
        { up: 'kind', type: definitionType, inputs: definition(group, 'Gateway', schema) },
        { up: 'one', type, inputs },
        { refresh: 'one', expect: { operation: 'same' } },
        // Somebody else's members come before ours and are none of our business.
        {
          applied: {
            apiVersion: `${group}/v1`,
            kind: 'Gateway',
            metadata: { name: 'one', namespace },
            spec: { listeners: [{ name: 'c', protocol: 'TCP', port: 3 }], hosts: ['m'] },
          },
          by: 'somebody',
        },
        { refresh: 'one', expect: { operation: 'same' } },
        { up: 'one', type, inputs, expect: { operation: 'same' } },
      ];
    },
  },
];
