import { type CrdBundle, kindsOf } from './kinds.ts';
import type { Manifest } from './manifest.ts';

/**
 * Release of the Gateway API that the platform owns. Istio 1.30 needs at least 1.5. There is no way back from a
 * later release without taking its guard away first, so it is settled before a first installation.
 */
export const gatewayApiVersion = '1.6.1';

/** API group of the Gateway API. */
export const gatewayApiGroup = 'gateway.networking.k8s.io';

/** Kinds of the standard channel, in the version that every implementation reads. */
export const gatewayApiKinds = kindsOf(
  gatewayApiGroup,
  'v1',
  {
    BackendTLSPolicy: 'backendtlspolicies',
    Gateway: 'gateways',
    GatewayClass: 'gatewayclasses',
    GRPCRoute: 'grpcroutes',
    HTTPRoute: 'httproutes',
    ListenerSet: 'listenersets',
    ReferenceGrant: 'referencegrants',
    TCPRoute: 'tcproutes',
    TLSRoute: 'tlsroutes',
    UDPRoute: 'udproutes',
  },
  { clusterScoped: ['GatewayClass'] },
);

const annotations = {
  version: `${gatewayApiGroup}/bundle-version`,
  channel: `${gatewayApiGroup}/channel`,
};

/** The name under which upstream publishes its own guard, so that there is one guard and not two. */
const guardName = `safe-upgrades.${gatewayApiGroup}`;

const guardedResources = [
  {
    apiGroups: ['apiextensions.k8s.io'],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['customresourcedefinitions'],
  },
];

/** Reads `v1.6.1` as 1006, so that releases can be compared. Patch releases of one minor release are equal. */
function release(text: string): string {
  const parts = `${text}.find('[0-9]+[.][0-9]+').split('.')`;
  return `int(${parts}[0]) * 1000 + int(${parts}[1])`;
}

const stands = `oldObject.metadata.?annotations[?'${annotations.version}'].orValue('')`;
const comes = `object.metadata.?annotations[?'${annotations.version}'].orValue('')`;
const way = `To do it all the same, delete the ValidatingAdmissionPolicy ${guardName} first.`;

/**
 * Refuses what an older or an experimental chart would do to the definitions: Istio ignores definitions that don't
 * say their release, and drops routes of kinds that went away.
 */
const guard: Manifest = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: guardName },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: guardedResources },
    matchConditions: [
      { name: 'gateway-api', expression: `object.spec.group == '${gatewayApiGroup}'` },
      // What is on its way out only has finalizers taken off.
      { name: 'not-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
    ],
    variables: [
      { name: 'stands', expression: `oldObject == null ? '' : ${stands}` },
      { name: 'comes', expression: comes },
    ],
    validations: [
      {
        expression: "variables.comes.matches('^v[0-9]+[.][0-9]+[.][0-9]+')",
        message: `A definition of the Gateway API must say its release in ${annotations.version}. Install it from a release of the Gateway API. ${way}`,
        reason: 'Invalid',
      },
      {
        expression: [
          "!variables.stands.matches('^v[0-9]+[.][0-9]+')",
          "!variables.comes.matches('^v[0-9]+[.][0-9]+')",
          `${release('variables.comes')} >= ${release('variables.stands')}`,
        ].join(' || '),
        message: `An older release of the Gateway API may not take the place of a newer one. Install the release that stands, or a newer one; in a chart, turn its own copy of the definitions off. ${way}`,
        reason: 'Invalid',
      },
      {
        expression: [
          'oldObject == null',
          `oldObject.metadata.?annotations[?'${annotations.channel}'].orValue('') != 'standard'`,
          `object.metadata.?annotations[?'${annotations.channel}'].orValue('') == 'standard'`,
        ].join(' || '),
        message: `The experimental channel of the Gateway API may not take the place of the standard one. Install the standard channel of the release; in a chart, turn its own copy of the definitions off. ${way}`,
        reason: 'Invalid',
      },
    ],
  },
};

const guardBinding: Manifest = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: guardName },
  spec: {
    policyName: guardName,
    validationActions: ['Deny'],
    matchResources: { resourceRules: guardedResources },
  },
};

/** The Gateway API. Meshes and gateways share it, so no chart may bring a copy of its own. */
export const gatewayApiCrds: CrdBundle = {
  name: 'gateway-api',
  version: gatewayApiVersion,
  licence: 'Apache-2.0',
  source: 'https://github.com/kubernetes-sigs/gateway-api/releases',
  mirrorFolder: 'gateway-api/standard',
  from: {
    type: 'manifest',
    url: `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${gatewayApiVersion}/standard-install.yaml`,
  },
  annotations: { [annotations.version]: `v${gatewayApiVersion}`, [annotations.channel]: 'standard' },
  guards: [guard, guardBinding],
  kinds: Object.values(gatewayApiKinds),
};
