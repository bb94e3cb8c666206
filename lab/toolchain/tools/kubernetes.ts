import type { GoBuild, Platform, Tool, ToolName } from '../tool.ts';

const kubernetesVersion = '1.36.3';

/** The modules that Kubernetes keeps in its own repository and replaces by directories there. */
const kubernetesStagingModules = [
  'api',
  'apiextensions-apiserver',
  'apimachinery',
  'apiserver',
  'cli-runtime',
  'client-go',
  'cloud-provider',
  'cluster-bootstrap',
  'code-generator',
  'component-base',
  'component-helpers',
  'controller-manager',
  'cri-api',
  'cri-client',
  'cri-streaming',
  'csi-translation-lib',
  'dynamic-resource-allocation',
  'endpointslice',
  'externaljwt',
  'kms',
  'kube-aggregator',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'metrics',
  'mount-utils',
  'pod-security-admission',
  'sample-apiserver',
  'sample-cli-plugin',
  'sample-controller',
  'streaming',
];

const kubernetesStamp = (module: string): Record<string, string> => ({
  [`${module}.gitVersion`]: `v${kubernetesVersion}`,
  [`${module}.gitMajor`]: kubernetesVersion.split('.')[0] ?? '',
  [`${module}.gitMinor`]: kubernetesVersion.split('.')[1] ?? '',
  [`${module}.gitTreeState`]: 'clean',
});

const kubernetesBuild: GoBuild = {
  id: 'kubernetes',
  module: 'k8s.io/kubernetes',
  version: `v${kubernetesVersion}`,
  replace: Object.fromEntries(
    kubernetesStagingModules.map((module) => [
      `k8s.io/${module}`,
      `k8s.io/${module} v${kubernetesVersion.replace(/^1/, '0')}`,
    ]),
  ),
  stamp: {
    ...kubernetesStamp('k8s.io/component-base/version'),
    ...kubernetesStamp('k8s.io/client-go/pkg/version'),
  },
  expectedMs: 355_000,
};

/**
 * One of the programs of Kubernetes.
 *
 * @param serverPlatforms operating systems for which the publisher builds it
 */
function kubernetesTool(name: ToolName, serverPlatforms: readonly Platform['os'][]): Tool {
  return {
    name,
    version: kubernetesVersion,
    variable: `NINEFOLD_${name.toUpperCase().replaceAll('-', '_')}`,
    versionArguments: ['--version'],
    versionPattern: /^Kubernetes v(\S+)/m,
    download({ os, architecture }) {
      if (!serverPlatforms.includes(os)) return undefined;
      const path = `/release/v${kubernetesVersion}/bin/${os}/${architecture}/${name}`;
      return {
        kind: 'file',
        artefact: { home: 'kubernetes', path },
        checksum: { home: 'kubernetes', path: `${path}.sha256` },
      };
    },
    build: kubernetesBuild,
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
  };
}

/** The control plane. The publisher builds these for Linux only. */
export const kubeApiserver = kubernetesTool('kube-apiserver', ['linux']);
export const kubeControllerManager = kubernetesTool('kube-controller-manager', ['linux']);
export const kubeScheduler = kubernetesTool('kube-scheduler', ['linux']);
