/** The addresses of a lab. */

/** The loopback address that everything in the lab listens on. */
export const loopback = '127.0.0.1';

/** The network that Services get their cluster addresses from. */
export const serviceNetwork = '10.96.0.0/16';

/** The address of the service `kubernetes`, the first of the service network. */
export const kubernetesServiceAddress = '10.96.0.1';

/** The network that simulated pods get their addresses from. */
export const podNetwork = '10.244.0.1/16';

/** The first half of a simulated node's address. */
export const nodeNetworkPrefix = '10.245';

/**
 * What the first half of a Service's cluster address becomes in its address as a load balancer. RFC 2544 sets
 * 198.18.0.0/15 aside for tests.
 */
export const loadBalancerPrefix = { from: '10.96.', to: '198.18.' };

/** The address of every Ingress, the last but one of that network. */
export const ingressAddress = '198.18.255.254';
