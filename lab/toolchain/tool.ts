/** What a program of the toolchain is: which version, how it names itself, and where it comes from. */

/** The programs that the lab runs. */
export const labToolNames = [
  'pulumi',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

/** The programs by which tests and commands render and judge configuration; none is needed to run the lab. */
export const judgeToolNames = ['istioctl', 'helm', 'promtool', 'vault'] as const;

/** The name of one program. */
export type ToolName = (typeof labToolNames)[number] | (typeof judgeToolNames)[number];

/** The operating system and processor, in the words that Go and the publishers use. */
export interface Platform {
  readonly os: 'linux' | 'darwin';
  readonly architecture: 'amd64' | 'arm64';
}

/** The hosts that publish the programs; each may be replaced by a mirror with the same layout. */
export const homes = {
  kubernetes: { url: 'https://dl.k8s.io', variable: 'NINEFOLD_KUBERNETES_MIRROR' },
  helm: { url: 'https://get.helm.sh', variable: 'NINEFOLD_HELM_MIRROR' },
  hashicorp: { url: 'https://releases.hashicorp.com', variable: 'NINEFOLD_HASHICORP_MIRROR' },
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

/** What is replaced in one source file of a module. The module itself stays as it was downloaded and checked. */
export interface Correction {
  /** Path of the file in the module. */
  readonly file: string;
  /** Pairs of a text that stands there exactly once, and what stands there instead. */
  readonly replace: readonly (readonly [text: string, by: string])[];
}

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
  /** Build tags that leave out what the program needs only elsewhere. @default none */
  readonly tags?: readonly string[];
  /** Sources of the main module in which something is replaced before they are compiled. @default none */
  readonly corrections?: readonly Correction[];
  /** Time of a build with cold caches on two cores, in milliseconds. Source: measured. */
  readonly expectedMs: number;
}

/** One program of the toolchain. */
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
