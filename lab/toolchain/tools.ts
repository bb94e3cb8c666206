/** The table of the lab's programs: which version, how it names itself, and where each comes from. */

/** The programs that the lab runs. */
export const toolNames = [
  'pulumi',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

/** The name of one program. */
export type ToolName = (typeof toolNames)[number];

/** The operating system and processor, in the words that Go and the publishers use. */
export interface Platform {
  readonly os: 'linux' | 'darwin';
  readonly architecture: 'amd64' | 'arm64';
}

/** The hosts that publish the programs; each may be replaced by a mirror with the same layout. */
export const homes = {
  kubernetes: { url: 'https://dl.k8s.io', variable: 'NINEFOLD_KUBERNETES_MIRROR' },
  github: { url: 'https://github.com', variable: 'NINEFOLD_GITHUB_MIRROR' },
  registry: { url: 'https://registry.k8s.io', variable: 'NINEFOLD_REGISTRY_MIRROR' },
} as const;

/** The key of one publishing host. */
export type HomeName = keyof typeof homes;

/** A file at a publisher: the path below its home. */
export interface Location {
  readonly home: HomeName;
  readonly path: string;
}

/** A program published as a file. */
export interface PublishedFile {
  readonly kind: 'file';
  readonly artefact: Location;
  /** Where the publisher states the SHA-256: a bare digest, or lines of digest and file name. */
  readonly checksum: Location;
  /** When the file is an archive: where the program is in it, and which files beside the program belong to it. */
  readonly archive?: { readonly member: string; readonly companions?: RegExp };
}

/** A program published in a container image. */
export interface ContainerImage {
  readonly kind: 'image';
  readonly home: HomeName;
  readonly repository: string;
  readonly tag: string;
  /** Where the program is in the image, without a leading slash. */
  readonly member: string;
}

/** An official download. */
export type Download = PublishedFile | ContainerImage;

/** A build from Go modules. One build may yield several programs. */
export interface GoBuild {
  /** Names the build in its lock and its progress. */
  readonly id: string;
  readonly module: string;
  readonly version: string;
  /** Modules that the main one needs replaced, as written in its own module file. */
  readonly replace: Readonly<Record<string, string>>;
  /** Variables stamped at link time, so that the program reports its version. */
  readonly stamp: Readonly<Record<string, string>>;
  /** Time of a build with cold caches on two cores, in milliseconds. Source: measured. */
  readonly expectedMs: number;
}

/** One program of the lab. */
export interface Tool {
  readonly name: ToolName;
  /** Without a leading `v`. */
  readonly version: string;
  /** The environment variable that holds an explicit path. */
  readonly variable: string;
  /** Arguments that make the program print its version. */
  readonly versionArguments: readonly string[];
  /** Finds the version in what the program prints; the first group is the version. */
  readonly versionPattern: RegExp;
  /** The official download, or undefined where the publisher offers none for the platform. */
  download(platform: Platform): Download | undefined;
  readonly build: GoBuild;
  /** The Go package of the program within the build's modules. */
  readonly goPackage: string;
}

const pulumiVersion = '3.250.0';
const kubernetesVersion = '1.36.3';
const etcdVersion = '3.6.8';
const kwokVersion = '0.7.0';

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

/** Every program of the lab, by name. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: 'pulumi',
    version: pulumiVersion,
    variable: 'NINEFOLD_PULUMI',
    versionArguments: ['version'],
    versionPattern: /^v(\S+)/m,
    download({ os, architecture }) {
      const release = `/pulumi/pulumi/releases/download/v${pulumiVersion}`;
      const processor = architecture === 'amd64' ? 'x64' : architecture;
      return {
        kind: 'file',
        artefact: { home: 'github', path: `${release}/pulumi-v${pulumiVersion}-${os}-${processor}.tar.gz` },
        checksum: { home: 'github', path: `${release}/pulumi-${pulumiVersion}-checksums.txt` },
        // The language hosts that plain `pulumi` needs come in the same archive.
        archive: { member: 'pulumi/pulumi', companions: /^pulumi-/ },
      };
    },
    build: {
      id: 'pulumi',
      module: 'github.com/pulumi/pulumi/pkg/v3',
      version: `v${pulumiVersion}`,
      replace: {
        'github.com/atotto/clipboard': 'github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e',
      },
      stamp: { 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version': `v${pulumiVersion}` },
      expectedMs: 320_000,
    },
    goPackage: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  },
  etcd: {
    name: 'etcd',
    version: etcdVersion,
    variable: 'NINEFOLD_ETCD',
    versionArguments: ['--version'],
    versionPattern: /^etcd Version: (\S+)/m,
    download({ os, architecture }) {
      const release = `/etcd-io/etcd/releases/download/v${etcdVersion}`;
      const directory = `etcd-v${etcdVersion}-${os}-${architecture}`;
      return {
        kind: 'file',
        artefact: { home: 'github', path: `${release}/${directory}.${os === 'linux' ? 'tar.gz' : 'zip'}` },
        checksum: { home: 'github', path: `${release}/SHA256SUMS` },
        archive: { member: `${directory}/etcd` },
      };
    },
    build: {
      id: 'etcd',
      module: 'go.etcd.io/etcd/server/v3',
      version: `v${etcdVersion}`,
      replace: {},
      stamp: {},
      expectedMs: 20_000,
    },
    goPackage: 'go.etcd.io/etcd/server/v3',
  },
  // The publisher builds the API server for Linux only, as well as the controller manager and the scheduler.
  'kube-apiserver': kubernetesTool('kube-apiserver', ['linux']),
  'kube-controller-manager': kubernetesTool('kube-controller-manager', ['linux']),
  'kube-scheduler': kubernetesTool('kube-scheduler', ['linux']),
  kwok: {
    name: 'kwok',
    version: kwokVersion,
    variable: 'NINEFOLD_KWOK',
    versionArguments: ['--version'],
    versionPattern: /^kwok version v(\S+)/m,
    // The release's files come without a digest; the image, which holds the same program, is addressed by digests.
    download({ os }) {
      if (os !== 'linux') return undefined;
      return {
        kind: 'image',
        home: 'registry',
        repository: 'kwok/kwok',
        tag: `v${kwokVersion}`,
        member: 'usr/local/bin/kwok',
      };
    },
    build: {
      id: 'kwok',
      module: 'sigs.k8s.io/kwok',
      version: `v${kwokVersion}`,
      replace: {},
      stamp: {},
      expectedMs: 120_000,
    },
    goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
  },
};
