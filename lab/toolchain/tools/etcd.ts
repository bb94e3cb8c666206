import type { Tool } from '../tool.ts';

const etcdVersion = '3.6.8';

/** The store of the API server. */
export const etcd: Tool = {
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
};
