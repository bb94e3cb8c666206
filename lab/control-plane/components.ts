/** The programs of a control plane and how each is called. */
import { join } from 'node:path';
import { certificateFiles } from './certificate-files.ts';
import { encryptionFile } from './encryption.ts';
import { componentKubeconfig } from './kubeconfig.ts';
import type { LabLayout } from './layout.ts';
import { loopback, podNetwork, serviceNetwork } from './network.ts';
import type { Ports } from './ports.ts';
import { stagesFile } from './stages.ts';

/** In the order in which they are started; they are stopped in the opposite order. */
export const componentNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

/** The name of one component, which is also its program's. */
export type ComponentName = (typeof componentNames)[number];

/** The components that reach the API server by a kubeconfig. */
export const apiClients = ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

/** Requests per second that a controller may make; the defaults (20 to 50) are meant for shared clusters. */
const clientRate = ['--kube-api-qps=500', '--kube-api-burst=1000'];

/** Nobody competes for the leases, so they are renewed seldom; they tell a start that the holder is at work. */
const lease = [
  '--leader-elect=true',
  '--leader-elect-lease-duration=60s',
  '--leader-elect-renew-deadline=45s',
  '--leader-elect-retry-period=10s',
];

/**
 * The argument that each component is called with first. It depends on the lab's directory alone, so together with
 * the program's name it tells which lab a running process belongs to.
 */
export function firstArgument(component: ComponentName, layout: LabLayout): string {
  switch (component) {
    case 'etcd':
      return `--data-dir=${layout.etcd}`;
    case 'kube-apiserver':
      return `--cert-dir=${layout.certificates}`;
    default:
      return `--kubeconfig=${componentKubeconfig(layout, component)}`;
  }
}

/** All arguments of a component. None of them is a secret: the process table is open to every user. */
export function argumentsOf(component: ComponentName, layout: LabLayout, ports: Ports): string[] {
  return [firstArgument(component, layout), ...flags[component](layout, ports)];
}

const flags: Record<ComponentName, (layout: LabLayout, ports: Ports) => string[]> = {
  etcd: etcdFlags,
  'kube-apiserver': apiserverFlags,
  'kube-controller-manager': controllerManagerFlags,
  'kube-scheduler': () => ['--secure-port=0', '--profiling=false', ...lease, ...clientRate],
  kwok: (layout) => [
    `--config=${stagesFile(layout)}`,
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    `--cidr=${podNetwork}`,
    // Without leases nodes would count as lost after a minute.
    '--node-lease-duration-seconds=40',
    '--v=WARN',
  ],
};

function etcdFlags(layout: LabLayout, ports: Ports): string[] {
  const { certificate, key } = certificateFiles(layout, 'etcd');
  const authority = certificateFiles(layout, 'ca').certificate;
  const clientUrl = `https://${loopback}:${ports.etcd}`;
  // The only member never calls itself, so the peer address is a name; it listens on any free port.
  const peerUrl = `https://${loopback}:2380`;
  return [
    '--name=lab',
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=https://${loopback}:0`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=lab=${peerUrl}`,
    '--client-cert-auth=true',
    `--trusted-ca-file=${authority}`,
    `--cert-file=${certificate}`,
    `--key-file=${key}`,
    '--peer-client-cert-auth=true',
    `--peer-trusted-ca-file=${authority}`,
    `--peer-cert-file=${certificate}`,
    `--peer-key-file=${key}`,
    // The only member elects itself once the timeout has passed: with the default a restart waits a second for it.
    '--heartbeat-interval=20',
    '--election-timeout=200',
    '--log-level=warn',
  ];
}

function apiserverFlags(layout: LabLayout, ports: Ports): string[] {
  const { certificate, key } = certificateFiles(layout, 'kube-apiserver');
  const authority = certificateFiles(layout, 'ca').certificate;
  return [
    `--bind-address=${loopback}`,
    `--advertise-address=${loopback}`,
    `--secure-port=${ports.apiserver}`,
    // An endpoint on the loopback interface is refused by validation, and no pod could use it.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${certificate}`,
    `--tls-private-key-file=${key}`,
    `--client-ca-file=${authority}`,
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--etcd-servers=https://${loopback}:${ports.etcd}`,
    `--etcd-cafile=${authority}`,
    `--etcd-certfile=${certificate}`,
    `--etcd-keyfile=${key}`,
    `--encryption-provider-config=${encryptionFile(layout)}`,
    `--service-cluster-ip-range=${serviceNetwork}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(layout.certificates, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(layout.certificates, 'service-account.key')}`,
    '--profiling=false',
  ];
}

function controllerManagerFlags(layout: LabLayout): string[] {
  const authority = certificateFiles(layout, 'ca');
  return [
    '--secure-port=0',
    ...lease,
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${join(layout.certificates, 'service-account.key')}`,
    `--root-ca-file=${authority.certificate}`,
    `--cluster-signing-cert-file=${authority.certificate}`,
    `--cluster-signing-key-file=${authority.key}`,
    '--enable-hostpath-provisioner=true',
    '--profiling=false',
    ...clientRate,
  ];
}
