import { durationSeconds } from '../../kit/setting-types.ts';
import { accounts, kubernetesAuth, mounts, roles, secretsNamespace } from './names.ts';
import { nodeAddresses, type Product } from './product.ts';
import type { Configuration, Desired, Entry } from './program/desired.ts';
import { auditDevices, containerPlaces, type ServerPlaces } from './server-configuration.ts';
import type { SecretsSettings } from './settings.ts';

/** Where the server checks the tokens that pods show. */
export interface TokenReview {
  kubernetes_host: string;
  kubernetes_ca_cert?: string;
  /** Whether the server has no token of its own to ask with. @default false */
  disable_local_ca_jwt?: boolean;
}

/** What a test puts elsewhere. */
export interface PlatformStateOptions {
  places?: ServerPlaces;
  review?: TokenReview;
  nodes?: readonly string[];
}

/** What the platform wants of the server, whoever its clients are. */
export function platformConfiguration(
  product: Product,
  settings: SecretsSettings,
  options: PlatformStateOptions = {},
): Configuration {
  const { places = containerPlaces, review = { kubernetes_host: 'https://kubernetes.default.svc' } } =
    options;
  return {
    nodes: options.nodes ?? nodeAddresses(product, settings.replicas),
    first: { pod: `${product.name}-0`, claim: `data-${product.name}-0` },
    division: settings.key,
    unsealing: settings.unsealing,
    login: { mount: kubernetesAuth.mount, role: roles.configurator },
    base: [...audit(product, places), ...login(review)],
    objects: [...engines(), ...autopilot(settings), ...platformRoles(), ...databases(settings)],
  };
}

/** Two devices: while one can't write, the other still can. The server refuses every request when none can. */
function audit(product: Product, places: ServerPlaces): Desired[] {
  if (product.auditBy === 'configuration') return [];
  return auditDevices(places).map((device) => ({ kind: 'mount', table: 'sys/audit', ...device }));
}

function login(review: TokenReview): Desired[] {
  const { mount } = kubernetesAuth;
  return [
    { kind: 'mount', table: 'sys/auth', name: mount, type: 'kubernetes', tune: tunedTo() },
    { kind: 'entry', path: `auth/${mount}/config`, body: { ...ownReview, ...review } },
    policy(roles.configurator, configuratorPolicy),
    role(roles.configurator, { account: accounts.configurator, namespace: secretsNamespace, lifetime: 600 }),
  ];
}

/** The server believes the authority of its own cluster, and asks with its own token. */
const ownReview = {
  disable_local_ca_jwt: false,
  kubernetes_ca_cert: '',
  pem_keys: [],
  issuer: '',
  disable_iss_validation: true,
};

/** How every engine is tuned: lives as long as the server says, and no value in clear in the record of requests. */
function tunedTo(longest = 0) {
  return {
    default_lease_ttl: 0,
    max_lease_ttl: longest,
    audit_non_hmac_request_keys: [],
    audit_non_hmac_response_keys: [],
  };
}

/** What the configuration program may do once the first token is gone. It writes policies, so it is to be guarded like root. */
const configuratorPolicy = {
  'sys/mounts': ['read'],
  'sys/mounts/*': ['create', 'read', 'update', 'sudo'],
  'sys/auth': ['read'],
  'sys/auth/*': ['create', 'read', 'update', 'sudo'],
  'sys/audit': ['read', 'list', 'sudo'],
  'sys/audit/*': ['create', 'read', 'update', 'delete', 'sudo'],
  'sys/policies/acl': ['list'],
  'sys/policies/acl/*': ['create', 'read', 'update', 'delete'],
  'sys/storage/raft/autopilot/configuration': ['read', 'update', 'create'],
  [`auth/${kubernetesAuth.mount}/config`]: ['create', 'read', 'update'],
  [`auth/${kubernetesAuth.mount}/role`]: ['list'],
  [`auth/${kubernetesAuth.mount}/role/*`]: ['create', 'read', 'update', 'delete'],
  [`${mounts.kv}/config`]: ['create', 'read', 'update'],
  [`${mounts.kv}/metadata/*`]: ['read'],
  // Writes values, and can't read any.
  [`${mounts.kv}/data/*`]: ['create', 'update'],
  [`${mounts.transit}/keys/*`]: ['create', 'read', 'update'],
  [`${mounts.pki}/issuers`]: ['list', 'read'],
  [`${mounts.pki}/root/generate/internal`]: ['create', 'update'],
  [`${mounts.pki}/roles`]: ['list'],
  [`${mounts.pki}/roles/*`]: ['create', 'read', 'update', 'delete'],
  [`${mounts.database}/config/*`]: ['create', 'read', 'update'],
  [`${mounts.database}/roles`]: ['list'],
  [`${mounts.database}/roles/*`]: ['create', 'read', 'update', 'delete'],
};

function engines(): Desired[] {
  const engine = (name: string, longest?: number) =>
    ({ kind: 'mount', table: 'sys/mounts', name, type: name, tune: tunedTo(longest) }) as const;
  return [
    { ...engine(mounts.kv), options: { version: '2' } },
    {
      kind: 'entry',
      path: `${mounts.kv}/config`,
      body: { max_versions: 10, cas_required: false, delete_version_after: '0s' },
    },
    engine(mounts.transit),
    engine(mounts.database),
    engine(mounts.pki, durationSeconds('87600h')),
    {
      kind: 'once',
      path: `${mounts.pki}/root/generate/internal`,
      readAt: `${mounts.pki}/issuers?list=true`,
      body: {
        common_name: 'Ninefold services',
        issuer_name: 'services',
        key_type: 'ec',
        key_bits: 384,
        ttl: '87600h',
      },
    },
  ];
}

/** A node that is gone for a day is taken out, as long as a majority of all remains. */
function autopilot({ replicas }: SecretsSettings): Desired[] {
  if (replicas === 1) return [];
  const body = {
    cleanup_dead_servers: true,
    dead_server_last_contact_threshold: '24h0m0s',
    min_quorum: Math.floor(replicas / 2) + 1,
  };
  return [{ kind: 'entry', path: 'sys/storage/raft/autopilot/configuration', body }];
}

function platformRoles(): Desired[] {
  return [
    policy(roles.platform, { [`${mounts.kv}/data/platform/*`]: ['read'] }),
    role(roles.platform, { account: accounts.platform, namespace: secretsNamespace, lifetime: 600 }),
    policy(roles.snapshots, { 'sys/storage/raft/snapshot': ['read'] }),
    role(roles.snapshots, { account: accounts.snapshots, namespace: secretsNamespace, lifetime: 600 }),
  ];
}

function databases({ databases: all }: SecretsSettings): Desired[] {
  return all.map((database) => ({
    kind: 'connection',
    path: `${mounts.database}/config/${database.name}`,
    details: {
      plugin_name: 'postgresql-database-plugin',
      // Which roles there are is the configuration program's business: services can't make any.
      allowed_roles: ['*'],
      connection_url: `postgresql://{{username}}:{{password}}@${database.host}:${database.port}/${database.database}?sslmode=verify-full`,
      password_authentication: 'scram-sha-256',
    },
    credentials: databaseSecret(database.name),
    authority: { secretName: databaseSecret(database.name), key: 'ca.crt' },
  }));
}

/** The Secret beside the program that receives a database's credentials and authority. */
export function databaseSecret(name: string): string {
  return `database-${name}`;
}

/** What is allowed at a path: capabilities, and perhaps parameters that no request there may have. */
export type Allowed =
  readonly string[] | { readonly capabilities: readonly string[]; readonly without: readonly string[] };

/** A policy by what it allows at each path. */
export function policy(name: string, allowed: Readonly<Record<string, Allowed>>): Entry {
  const text = Object.entries(allowed)
    .map(([path, one]) => {
      const { capabilities, without } = 'without' in one ? one : { capabilities: one, without: [] };
      const list = capabilities.map((capability) => `"${capability}"`).join(', ');
      const denied = without.map((parameter) => `    "${parameter}" = []\n`).join('');
      const refusing = denied === '' ? '' : `  denied_parameters = {\n${denied}  }\n`;
      return `path "${path}" {\n  capabilities = [${list}]\n${refusing}}\n`;
    })
    .join('\n');
  return { kind: 'entry', path: `sys/policies/acl/${name}`, body: { policy: text } };
}

/** Whose a role is, and how long its tokens live, in seconds. */
export interface RoleOptions {
  account: string;
  namespace: string;
  lifetime: number;
  /** Life of a token that is renewed again and again. @default four times the lifetime */
  longest?: number;
}

/** Lets one service account log in and get the policy of the same name. */
export function role(
  name: string,
  { account, namespace, lifetime, longest = lifetime * 4 }: RoleOptions,
): Entry {
  return {
    kind: 'entry',
    path: `auth/${kubernetesAuth.mount}/role/${name}`,
    body: {
      bound_service_account_names: [account],
      bound_service_account_namespaces: [namespace],
      audience: kubernetesAuth.audience,
      token_policies: [name],
      token_no_default_policy: true,
      token_ttl: lifetime,
      token_max_ttl: longest,
      // What would let others in, or a token live on for ever, as it is when nobody says anything.
      bound_service_account_namespace_selector: '',
      alias_name_source: 'serviceaccount_uid',
      token_type: 'default',
      token_period: 0,
      token_explicit_max_ttl: 0,
      token_num_uses: 0,
      token_bound_cidrs: [],
    },
  };
}
