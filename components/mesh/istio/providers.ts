import { accessLogProvider, loginHost, loginPort, loginProvider } from '../../kit/istio-providers.ts';
import { capabilityNamespace } from '../../kit/naming.ts';
import type { ChartValue } from '../../kit/release.ts';

/**
 * Fields of the access log. Paths come without their query, and of the headers only those are named that say nothing
 * but which program asked: a query or a header may hold a token, a code or a cookie.
 */
const accessLogFields = {
  start_time: '%START_TIME%',
  request_id: '%REQ(X-REQUEST-ID)%',
  trace_parent: '%REQ(TRACEPARENT)%',
  method: '%REQ(:METHOD)%',
  authority: '%REQ(:AUTHORITY)%',
  path: '%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  user_agent: '%REQ(USER-AGENT)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  tls_version: '%DOWNSTREAM_TLS_VERSION%',
  route_name: '%ROUTE_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
};

/**
 * Who is asked whether somebody has logged in: a program that speaks as oauth2-proxy does in front of an upstream
 * that answers 200. It gives a token for a session, and sends away to log in who has none.
 */
const login = {
  // By its namespace, or another of the same name would take its place.
  service: `${capabilityNamespace('gateway')}/${loginHost}`,
  port: loginPort,
  // Before the real path, so that pages of the program itself, some of which are for everybody, are never an answer.
  pathPrefix: '/ninefold-login',
  timeout: '5s',
  failOpen: false,
  statusOnError: '503',
  includeRequestHeadersInCheck: ['accept', 'authorization', 'cookie', 'x-forwarded-proto'],
  includeAdditionalHeadersInCheck: {
    // Where to come back to.
    'x-auth-request-redirect': 'https://%REQ(:AUTHORITY)%%REQ(:PATH)%',
  },
  // The token only: it is verified afterwards, so nobody can make it up as they could another header.
  headersToUpstreamOnAllow: ['authorization'],
  headersToDownstreamOnAllow: ['set-cookie'],
  headersToDownstreamOnDeny: ['cache-control', 'content-type', 'set-cookie'],
};

/** Whom proxies turn to, as the configuration of the mesh says it. */
export const extensionProviders: readonly ChartValue[] = [
  {
    name: accessLogProvider,
    envoyFileAccessLog: { path: '/dev/stdout', logFormat: { labels: accessLogFields } },
  },
  { name: loginProvider, envoyExtAuthzHttp: login },
];
