import { capabilityNamespace, keys } from '../../kit/naming.ts';

/** Namespace of the gateway. */
export const gatewayNamespace = capabilityNamespace('gateway');

/** Labels of a namespace that may attach routes. */
export const clientNamespaceLabels = { [keys.clientOf('gateway')]: 'true' };

/** The gateway, and the class by which Istio makes its pods. */
export const gatewayName = 'platform';
export const gatewayClass = 'istio';

/** What Istio calls the workload and the account that it makes. */
export const gatewayWorkload = `${gatewayName}-${gatewayClass}`;

/** Labels that Istio gives its pods. */
export const gatewayPodLabels = { 'gateway.networking.k8s.io/gateway-name': gatewayName };

/** Names of its listeners. */
export const listenerNames = { https: 'https', http: 'http' } as const;

/** The Secret with its certificate. */
export const certificateName = 'gateway-certificate';

export const ports = { http: 80, https: 443, metrics: 15020, health: 15021 } as const;
