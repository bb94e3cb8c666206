import { type CrdBundle, kindsOf } from './kinds.ts';

/** Version of Istio, of whatever part: control plane, node agents, proxies and definitions are released together. */
export const istioVersion = '1.30.4';

/** Kinds of Istio, each in the newest version that is served. */
export const istioKinds = {
  ...kindsOf('networking.istio.io', 'v1', {
    DestinationRule: 'destinationrules',
    Gateway: 'gateways',
    ServiceEntry: 'serviceentries',
    Sidecar: 'sidecars',
    VirtualService: 'virtualservices',
    WorkloadEntry: 'workloadentries',
    WorkloadGroup: 'workloadgroups',
  }),
  ...kindsOf('networking.istio.io', 'v1alpha3', { EnvoyFilter: 'envoyfilters' }),
  ...kindsOf('networking.istio.io', 'v1beta1', { ProxyConfig: 'proxyconfigs' }),
  ...kindsOf('security.istio.io', 'v1', {
    AuthorizationPolicy: 'authorizationpolicies',
    PeerAuthentication: 'peerauthentications',
    RequestAuthentication: 'requestauthentications',
  }),
  // Stored as v1alpha1, served as v1 too.
  ...kindsOf('telemetry.istio.io', 'v1', { Telemetry: 'telemetries' }),
  ...kindsOf('extensions.istio.io', 'v1alpha1', {
    TrafficExtension: 'trafficextensions',
    WasmPlugin: 'wasmplugins',
  }),
};

/** The definitions that come with Istio. The mesh and the gateways share them. */
export const istioCrds: CrdBundle = {
  name: 'istio',
  version: istioVersion,
  licence: 'Apache-2.0',
  source: 'https://github.com/istio/istio/releases',
  mirrorFolder: 'istio',
  from: {
    type: 'manifest',
    url: `https://raw.githubusercontent.com/istio/istio/${istioVersion}/manifests/charts/base/files/crd-all.gen.yaml`,
  },
  kinds: Object.values(istioKinds),
};
