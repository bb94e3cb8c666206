import type { Tool } from '../tool.ts';

const istioVersion = '1.30.4';

/** Judges the configuration of the mesh and of its gateways: `istioctl validate` and `istioctl analyze`. */
export const istioctl: Tool = {
  name: 'istioctl',
  version: istioVersion,
  variable: 'NINEFOLD_ISTIOCTL',
  versionArguments: ['version', '--remote=false'],
  versionPattern: /^(?:client version: )?(\d\S*)/m,
  download({ os, architecture }) {
    const system = os === 'darwin' ? 'osx' : os;
    const path = `/istio/istio/releases/download/${istioVersion}/istioctl-${istioVersion}-${system}-${architecture}.tar.gz`;
    return {
      kind: 'file',
      artefact: { home: 'github', path },
      checksum: { home: 'github', path: `${path}.sha256` },
      archive: { member: 'istioctl' },
    };
  },
  build: {
    id: 'istioctl',
    module: 'istio.io/istio',
    // Istio tags its releases without the leading `v` that Go's modules need: this is the release branch of 1.30 on
    // the day before 1.30.4.
    version: 'v0.0.0-20260826214018-9739e10eb9d7',
    // Commits of these between releases, which Istio's own module file names, are on no module proxy.
    replace: {
      'istio.io/api': 'istio.io/api v1.30.8',
      'istio.io/client-go': 'istio.io/client-go v1.30.8',
      'github.com/envoyproxy/go-control-plane/contrib':
        'github.com/envoyproxy/go-control-plane/contrib v1.36.1-0.20260713214202-ca8ce173c36f',
      'github.com/envoyproxy/go-control-plane/envoy': 'github.com/envoyproxy/go-control-plane/envoy v1.38.0',
    },
    stamp: {
      'istio.io/istio/pkg/version.buildVersion': istioVersion,
      'istio.io/istio/pkg/version.buildStatus': 'Clean',
      'istio.io/istio/pkg/version.buildTag': istioVersion,
    },
    expectedMs: 300_000,
  },
  goPackage: 'istio.io/istio/istioctl/cmd/istioctl',
};
