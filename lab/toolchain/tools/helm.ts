import type { Tool } from '../tool.ts';

const helmVersion = '4.3.1';

/** Renders charts. */
export const helm: Tool = {
  name: 'helm',
  version: helmVersion,
  variable: 'NINEFOLD_HELM',
  versionArguments: ['version', '--template', '{{.Version}}'],
  versionPattern: /^v([^\s+]+)/m,
  download({ os, architecture }) {
    const archive = `/helm-v${helmVersion}-${os}-${architecture}.tar.gz`;
    return {
      kind: 'file',
      artefact: { home: 'helm', path: archive },
      checksum: { home: 'helm', path: `${archive}.sha256sum` },
      archive: { member: `${os}-${architecture}/helm` },
    };
  },
  build: {
    id: 'helm',
    module: 'helm.sh/helm/v4',
    version: `v${helmVersion}`,
    replace: {},
    stamp: { 'helm.sh/helm/v4/internal/version.version': `v${helmVersion}` },
    // On two cores that other builds shared: alone it takes less.
    expectedMs: 660_000,
  },
  goPackage: 'helm.sh/helm/v4/cmd/helm',
};
