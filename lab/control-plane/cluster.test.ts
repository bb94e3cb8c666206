import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  hasReason,
  KubernetesApiError,
  KubernetesClient,
  type KubernetesObject,
} from '../kubernetes/index.ts';
import { componentNames, type Lab, startLab, zones } from './index.ts';
import { anyFileHolds, apply, configMap, LabRoot, listeningAddresses, until } from './test-support/labs.ts';

/** The parts of statuses that the tests look at. */
interface Status {
  conditions?: { type: string; status: string }[];
  loadBalancer?: { ingress?: { ip?: string }[] };
  phase?: string;
}

const statusOf = (object: KubernetesObject): Status => (object.status ?? {}) as Status;
const holds = (object: KubernetesObject, type: string): boolean =>
  statusOf(object).conditions?.some((condition) => condition.type === type && condition.status === 'True') ??
  false;

const container = {
  name: 'main',
  image: 'registry.example/app:1',
  resources: { requests: { cpu: '100m', memory: '64Mi' } },
};

describe('a running lab', () => {
  const root = new LabRoot();
  let lab: Lab;
  let client: KubernetesClient;

  before(async () => {
    lab = await startLab({ directory: root.lab('cluster') });
    client = await KubernetesClient.fromKubeconfig(lab.kubeconfig);
  });
  after(async () => {
    await client?.close();
    await root[Symbol.asyncDispose]();
  });

  const namespaced = (kind: string, apiVersion: string, name: string, spec: unknown): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'default' },
    spec,
  });
  const current = (object: KubernetesObject) =>
    client.get({
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace: 'default',
    });

  it('is Kubernetes 1.36.3 and says where it is', async () => {
    const version = (await client.request('GET', '/version')) as { gitVersion: string };
    assert.equal(version.gitVersion, 'v1.36.3');
    assert.equal(lab.context, 'ninefold-lab-cluster');
    assert.match(lab.server, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(Object.keys(lab.pids).sort(), [...componentNames].sort());
    assert.equal(lab.ready, true);
  });

  it('has a ready node of the stated size in each of three zones', async () => {
    const nodes = await client.list({ apiVersion: 'v1', kind: 'Node' });
    assert.deepEqual(
      nodes.map((node) => node.metadata.labels?.['topology.kubernetes.io/zone']).sort(),
      [...zones].sort(),
    );
    for (const node of nodes) {
      assert.ok(holds(node, 'Ready'));
      const { allocatable } = node.status as { allocatable: Record<string, string> };
      assert.equal(allocatable.cpu, '16');
      assert.equal(allocatable.memory, '64Gi');
    }
  });

  it('makes a Deployment available, one pod in each zone, and collects its pods when it is deleted', async () => {
    const labels = { app: 'web' };
    const deployment = namespaced('Deployment', 'apps/v1', 'web', {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          initContainers: [{ ...container, name: 'init' }],
          containers: [container],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: labels },
            },
          ],
        },
      },
    });
    await apply(client, deployment);
    await until('the Deployment to be available', async () => holds(await current(deployment), 'Available'));
    const pods = () =>
      client.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' }, { labelSelector: 'app=web' });
    const running = await pods();
    assert.deepEqual(
      running.map((pod) => statusOf(pod).phase),
      ['Running', 'Running', 'Running'],
    );
    assert.equal(new Set(running.map((pod) => (pod.spec as { nodeName: string }).nodeName)).size, 3);

    await client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'default' });
    await until('the pods to be gone', async () => (await pods()).length === 0);
  });

  it('completes a Job', async () => {
    const job = namespaced('Job', 'batch/v1', 'once', {
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
    });
    await apply(client, job);
    await until('the Job to be complete', async () => holds(await current(job), 'Complete'));
  });

  it('gives every load balancer an address of its own, and an Ingress one too', async () => {
    const ports = [{ port: 443 }];
    const services = ['edge', 'admin'].map((name) =>
      namespaced('Service', 'v1', name, { type: 'LoadBalancer', selector: { app: name }, ports }),
    );
    const ingress = namespaced('Ingress', 'networking.k8s.io/v1', 'edge', {
      defaultBackend: { service: { name: 'edge', port: { number: 443 } } },
    });
    const addresses = new Set<string>();
    for (const object of [...services, ingress]) {
      await apply(client, object);
      addresses.add(
        await until(
          `the address of ${object.kind} ${object.metadata.name}`,
          async () => statusOf(await current(object)).loadBalancer?.ingress?.[0]?.ip,
        ),
      );
    }
    assert.equal(addresses.size, 3);
    for (const address of addresses) assert.match(address, /^198\.18\./);
  });

  it('gives a StatefulSet its volumes', async () => {
    const labels = { app: 'database' };
    const set = namespaced('StatefulSet', 'apps/v1', 'database', {
      replicas: 2,
      serviceName: 'database',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    });
    await apply(client, set);
    await until('both pods to be ready', async () => {
      const { readyReplicas } = (await current(set)).status as { readyReplicas?: number };
      return readyReplicas === 2;
    });
    const claims = await client.list({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: 'default',
    });
    assert.deepEqual(
      claims.map((claim) => statusOf(claim).phase),
      ['Bound', 'Bound'],
    );
  });

  it('refuses a privileged pod where Pod Security is restricted', async () => {
    await apply(client, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root', namespace: 'strict' },
      spec: { containers: [{ ...container, securityContext: { privileged: true } }] },
    };
    await assert.rejects(apply(client, pod), (error) => {
      assert.ok(error instanceof KubernetesApiError);
      assert.equal(error.status, 403);
      assert.match(error.message, /violates PodSecurity "restricted/);
      return true;
    });
  });

  it('enforces a ValidatingAdmissionPolicy', async () => {
    const kinds = { apiVersion: 'admissionregistration.k8s.io/v1' };
    await apply(client, {
      ...kinds,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-forbidden' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
          ],
        },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'not that one' }],
      },
    });
    await apply(client, {
      ...kinds,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'no-forbidden' },
      spec: { policyName: 'no-forbidden', validationActions: ['Deny'] },
    });
    const refusal = await until('the policy to be in force', () =>
      client.create(configMap('forbidden', ''), { dryRun: true }).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    );
    assert.match(refusal, /not that one/);
  });

  it('lets nobody in without credentials', async () => {
    const stranger = new KubernetesClient({ server: lab.server, insecure: true, namespace: 'default' });
    try {
      await assert.rejects(stranger.request('GET', '/api/v1/namespaces'), (error) =>
        hasReason(error, 'Unauthorized'),
      );
    } finally {
      await stranger.close();
    }
  });

  it('keeps Secrets out of etcd’s files in clear', async () => {
    const [hidden, open] = ['seeded-value-of-a-secret', 'seeded-value-of-a-config-map'];
    await apply(client, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'seeded', namespace: 'default' },
      stringData: { value: hidden },
    });
    await apply(client, configMap('seeded', open));
    const data = join(lab.directory, 'etcd');
    // The ConfigMap proves that the search finds what is there.
    await until('the ConfigMap to be on disk', async () => anyFileHolds(data, open));
    assert.equal(anyFileHolds(data, hidden), false);
    assert.equal(anyFileHolds(data, Buffer.from(hidden).toString('base64')), false);
    assert.equal(anyFileHolds(join(lab.directory, 'logs'), hidden), false);
  });

  it('keeps its keys to this user', () => {
    const files = [
      lab.kubeconfig,
      ...['ca.key', 'admin.key', 'service-account.key'].map((name) =>
        join(lab.directory, 'certificates', name),
      ),
      join(lab.directory, 'configuration/encryption.yaml'),
    ];
    for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600, file);
    assert.equal(statSync(lab.directory).mode & 0o777, 0o700);
  });

  it(
    'listens on the loopback interface only',
    {
      skip: process.platform !== 'linux' && 'reads /proc',
    },
    () => {
      const addresses = Object.values(lab.pids).flatMap((pid) => listeningAddresses(pid));
      assert.ok(addresses.length >= 2, 'etcd and the API server listen');
      for (const address of addresses) assert.equal(address, '0100007F');
    },
  );
});
