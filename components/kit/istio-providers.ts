/**
 * What proxies of Istio turn to by a name that the configuration of the whole mesh gives it. The mesh declares each;
 * gateways and policies name them.
 */

/** Writes one line of JSON for each request. */
export const accessLogProvider = 'ninefold-access-log';

/** Asks whether whoever sent a request has logged in. */
export const loginProvider = 'ninefold-login';

/**
 * The host under which a gateway makes known who answers that, since the configuration of the mesh can't follow the
 * settings of a gateway. While no gateway does, Istio refuses every request that must be asked about.
 */
export const loginHost = 'login.ninefold-gateway.internal';

/** The port of that host. Gateways speak TLS there. */
export const loginPort = 443;

/** Which requests are logged. */
export const accessLogChoices = ['off', 'errors', 'all'] as const;
export type AccessLogChoice = (typeof accessLogChoices)[number];

/** How a Telemetry object says which requests are logged. */
export function accessLogging(choice: AccessLogChoice): object {
  const providers = [{ name: accessLogProvider }];
  switch (choice) {
    case 'off':
      return { providers, disabled: true };
    case 'errors':
      return { providers, filter: { expression: 'response.code >= 400' } };
    case 'all':
      return { providers };
  }
}
