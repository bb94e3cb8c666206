import type { Tool } from '../tool.ts';

const pulumiVersion = '3.250.0';

/** The engine and its command line. */
export const pulumi: Tool = {
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
};
