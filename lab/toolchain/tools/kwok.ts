import type { Tool } from '../tool.ts';

const kwokVersion = '0.7.0';

/** Simulates the nodes. */
export const kwok: Tool = {
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
};
