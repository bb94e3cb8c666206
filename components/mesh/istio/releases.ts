import type { Image } from '../../kit/images.ts';
import { istioVersion } from '../../kit/istio-kinds.ts';
import type { Upstream } from '../../kit/upstream.ts';

/** Without a shell or a package manager. */
export const imageVariant = 'distroless';

function image(name: string): Image {
  return { registry: 'docker.io', repository: `istio/${name}`, tag: `${istioVersion}-${imageVariant}` };
}

/** Images of Istio. Proxies of gateways and waypoints are started by the control plane. */
export const istioImages = {
  controlPlane: image('pilot'),
  nodeAgent: image('install-cni'),
  nodeProxy: image('ztunnel'),
  proxy: image('proxyv2'),
};

function chart(
  name: string,
  part: Pick<Upstream, 'title' | 'images' | 'reconciles'> & { chart: string },
): Upstream {
  const { chart: chartName, ...rest } = part;
  return {
    name,
    version: istioVersion,
    licence: 'Apache-2.0',
    // Istio left its former hosts in 2026: nothing is published at istio-release.storage.googleapis.com any more.
    source: { type: 'chart', repository: 'oci://ghcr.io/istio/release/charts', chart: chartName },
    kubernetes: '>=1.32 <1.37',
    homepage: 'https://istio.io/latest/docs/',
    ...rest,
  };
}

/** Accounts and the admission webhook that all revisions share. */
export const baseRelease = chart('istio-base', {
  chart: 'base',
  title: 'Istio base',
  images: [],
  reconciles: [],
});

/** The control plane. It works on the kinds of Istio, and makes gateways and waypoints of the Gateway API. */
export const istiodRelease = chart('istiod', {
  chart: 'istiod',
  title: 'Istio',
  images: [istioImages.controlPlane, istioImages.proxy],
  reconciles: ['istio', 'gateway-api'],
});

/** The agent on every node. */
export const cniRelease = chart('istio-cni', {
  chart: 'cni',
  title: 'Istio node agent',
  images: [istioImages.nodeAgent],
  reconciles: [],
});

/** The proxy on every node. */
export const ztunnelRelease = chart('ztunnel', {
  chart: 'ztunnel',
  title: 'Istio ztunnel',
  images: [istioImages.nodeProxy],
  reconciles: [],
});
