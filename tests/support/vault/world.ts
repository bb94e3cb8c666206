import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Binding } from '../../../components/kit/binding.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { registry } from '../../../components/registry.ts';
import { programFiles } from '../../../components/secrets/shared/configurator.ts';
import { accounts, kubernetesAuth, secretsNamespace } from '../../../components/secrets/shared/names.ts';
import { platformConfiguration } from '../../../components/secrets/shared/platform-state.ts';
import {
  clientLabel,
  dataKey,
  type Desired,
  stateSecret,
} from '../../../components/secrets/shared/program/desired.ts';
import { ServerNode } from '../../../components/secrets/shared/program/server.ts';
import type { SecretsSettings } from '../../../components/secrets/shared/settings.ts';
import { vaultProduct } from '../../../components/secrets/vault/index.ts';
import { startLab } from '../../../lab/control-plane/index.ts';
import { apply, LabRoot } from '../../../lab/control-plane/test-support/labs.ts';
import { KubernetesClient, type KubernetesObject, readKubeconfig } from '../../../lab/kubernetes/index.ts';
import { recordBinding } from '../recorded-binding.ts';
import { objectsOf, recordPlatform } from '../recorded-platform.ts';
import { testAuthority } from '../test-authority.ts';
import { followDisk } from './disk.ts';
import { type Passed, startForwarder } from './forwarder.ts';
import { startVault, type VaultServer } from './server.ts';

/** How one run of the program ended. */
export interface Ended {
  /** Its exit code; null when it was killed. */
  code: number | null;
  output: string;
}

/** How one run is made. */
export interface RunOptions {
  /** Kills the program when it says so: once the change is made, and before its answer is heard. @default never */
  kill?: ((change: Passed) => boolean) | undefined;
  /** What differs from what the platform sets. @default nothing */
  environment?: Record<string, string>;
  /** Who unseals. @default as the settings say */
  unsealing?: SecretsSettings['unsealing'];
}

/** Vault and a Kubernetes API server, both real, with what the platform renders for them. */
export interface SecretsWorld {
  vault: VaultServer;
  kubernetes: KubernetesClient;
  /** Runs the configuration program as its Job does, to its end. */
  run(options?: RunOptions): Promise<Ended>;
  /** Applies what a service's binding asks of the program, with the service's account, and gives the binding. */
  bind(need: ServiceNeed): Promise<Omit<Binding, 'grantedBy'>>;
  /** Takes away what a service's binding asked of the program. */
  unbind(need: ServiceNeed): Promise<void>;
  /** Everything that the program makes the server hold. */
  desired(): Promise<Desired[]>;
  /** Key by which the API server signs tokens of service accounts. */
  tokenKey: string;
  /** A token of a service account, which is made if it is not there. */
  tokenOf(namespace: string, account: string, options?: TokenOptions): Promise<string>;
  /** The server for whoever shows a token. */
  as(token?: string): ServerNode;
  /** What is kept of initialising, decoded. */
  state(): Promise<Record<string, string>>;
  /** Makes a token that may do everything, of the shares that are kept: as people do in need. */
  makeRoot(): Promise<ServerNode>;
  /** As if a killed run's lease had run out. */
  expireLease(): Promise<void>;
  stop(): Promise<void>;
}

/** What a token is made for. */
export interface TokenOptions {
  /** Empty for the API server's own. @default the one that the server wants */
  audience?: string;
  /** @default an hour */
  seconds?: number;
}

/** A service: as much of its need as is looked at here. */
export interface ServiceNeed {
  name: string;
  namespace: string;
  serviceAccount: string;
  [field: string]: unknown;
}

/** Of what is rendered for the server and its configuration, what an API server takes that knows its own kinds only. */
const applied = [
  ...['Namespace', 'PriorityClass', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRoleBinding'],
  ...['Service', 'StatefulSet'],
];

/** The capability, and what it can't be without. */
const needed: readonly string[] = ['secrets', 'certificates'];

/** Starts everything and leaves the server empty. `secrets` is the capability's block in the environment. */
export async function startSecretsWorld(secrets: Record<string, unknown>): Promise<SecretsWorld> {
  // Nothing besides, since recording everything takes seconds.
  const others = registry.map(({ capability }) => capability.name).filter((name) => !needed.includes(name));
  const off = Object.fromEntries(others.map((name) => [name, 'off']));
  const environment = { profile: 'small' as const, capabilities: { ...off, secrets } };
  const [{ plan, all }, authority] = await Promise.all([
    recordPlatform(environment),
    testAuthority('servers'),
  ]);
  const settings = plan.capabilities.find(({ capability }) => capability === 'secrets')
    ?.settings as SecretsSettings;
  const root = new LabRoot();
  const [vault, lab] = await Promise.all([
    startVault(settings, authority),
    startLab({ directory: root.lab('secrets') }),
  ]);
  const kubernetes = await KubernetesClient.fromKubeconfig(lab.kubeconfig);
  const { certificateAuthority = '' } = await readKubeconfig(lab.kubeconfig);
  const objects = objectsOf(all).map(({ object }) => object);
  for (const kind of applied) {
    for (const object of objects.filter((one) => one.kind === kind && isOurs(one))) {
      await apply(kubernetes, object as KubernetesObject);
    }
  }

  const tokenOf = async (namespace: string, account: string, options: TokenOptions = {}) => {
    const { audience = kubernetesAuth.audience, seconds = 3600 } = options;
    const spec = { audiences: audience === '' ? [] : [audience], expirationSeconds: seconds };
    await apply(kubernetes, named('v1', 'Namespace', namespace));
    await apply(kubernetes, named('v1', 'ServiceAccount', account, namespace));
    const answer = await kubernetes.request(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec } },
    );
    return (answer as { status: { token: string } }).status.token;
  };

  let kill: (change: Passed) => boolean = () => false;
  let end: () => void = () => undefined;
  const isHeard = (passed: Passed) => {
    if (passed.method === 'GET' || passed.path.includes('/leases') || !kill(passed)) return true;
    end();
    return false;
  };
  const identity = await authority.issue({ dnsNames: ['localhost'] });
  const api = { url: lab.server, authority: certificateAuthority };
  const server = { url: vault.url, authority: authority.certificate };
  // The server has its own token from a place that is the same in every pod, and here there is no pod.
  const ownToken = await tokenOf(secretsNamespace, vaultProduct.name, { audience: '' });
  const forwarders = {
    api: await startForwarder(identity, api, { isHeard }),
    server: await startForwarder(identity, server, { isHeard }),
    review: await startForwarder(identity, api, { bearer: async () => ownToken }),
  };

  const following = new AbortController();
  const followed = followDisk(kubernetes, vault, following.signal);

  const write = (name: string, content: string) => {
    const path = join(root.directory, 'program', name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  mkdirSync(join(root.directory, 'program'), { mode: 0o700 });
  for (const [name, content] of Object.entries(programFiles())) write(name, content);
  const ca = write('ca.crt', authority.certificate);
  const variables = {
    ...renderedVariables(objects),
    SERVER_AUTHORITY_FILE: ca,
    LOGIN_TOKEN_FILE: write('login-token', await tokenOf(secretsNamespace, accounts.configurator)),
    KUBERNETES_URL: forwarders.api.url,
    KUBERNETES_AUTHORITY_FILE: ca,
    KUBERNETES_TOKEN_FILE: write(
      'api-token',
      await tokenOf(secretsNamespace, accounts.configurator, { audience: '' }),
    ),
    PATIENCE_SECONDS: '60',
  };
  const configuration = (unsealing: SecretsSettings['unsealing']) => {
    const review = {
      kubernetes_host: forwarders.review.url,
      kubernetes_ca_cert: authority.certificate,
      disable_local_ca_jwt: true,
    };
    const options = { places: vault.places, review, nodes: [forwarders.server.url] };
    return platformConfiguration(vaultProduct, { ...settings, unsealing }, options);
  };

  const state = async () => {
    const reference = { apiVersion: 'v1', kind: 'Secret', namespace: secretsNamespace, name: stateSecret };
    const data = asRecord((await kubernetes.find(reference))?.data) ?? {};
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(String(value), 'base64').toString('utf8'),
      ]),
    );
  };

  return {
    vault,
    kubernetes,
    tokenOf,
    tokenKey: readFileSync(join(lab.directory, 'certificates', 'service-account.key'), 'utf8'),
    async desired() {
      const { base, objects: own } = configuration(settings.unsealing);
      const clients = await kubernetes.list(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: secretsNamespace },
        { labelSelector: clientLabel },
      );
      const wanted = clients.flatMap(
        ({ data }) => JSON.parse(String(asRecord(data)?.[dataKey])) as Desired[],
      );
      return [...base, ...own, ...wanted];
    },
    as: (token) => new ServerNode(server, token),
    async run(options = {}) {
      kill = options.kill ?? (() => false);
      const file = write(
        `configuration-${randomUUID()}.json`,
        JSON.stringify(configuration(options.unsealing ?? settings.unsealing)),
      );
      const child = spawn(process.execPath, [join(root.directory, 'program', 'main.ts')], {
        env: { ...variables, CONFIGURATION_FILE: file, ...options.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      end = () => child.kill('SIGKILL');
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      return { code, output: out + errors };
    },
    async bind(need) {
      const { binding, objects: made } = await recordBinding(environment, 'secrets', need);
      await tokenOf(need.namespace, need.serviceAccount);
      for (const object of made.filter((one) => one.kind === 'ConfigMap')) {
        await apply(kubernetes, object as KubernetesObject);
      }
      return binding;
    },
    async unbind({ name, namespace }) {
      await kubernetes.delete({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: secretsNamespace,
        name: `client-${name}.${namespace}`,
      });
    },
    state,
    async makeRoot() {
      const node = new ServerNode(server);
      const begun = (await node.ask('POST', 'sys/generate-root/attempt', {})) as {
        nonce: string;
        otp: string;
      };
      const shares = (await state()).shares?.split('\n') ?? [];
      for (const key of shares) {
        const answer = await node.ask('POST', 'sys/generate-root/update', { key, nonce: begun.nonce });
        const { complete, encoded_token: encoded } = answer as { complete: boolean; encoded_token: string };
        if (!complete) continue;
        const [hidden, otp] = [Buffer.from(encoded, 'base64'), Buffer.from(begun.otp)];
        return node.as(hidden.map((byte, index) => byte ^ (otp[index] ?? 0)).toString());
      }
      throw new Error(`${shares.length} shares are not enough`);
    },
    async expireLease() {
      const name = 'configuration';
      await kubernetes.delete({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        namespace: secretsNamespace,
        name,
      });
    },
    async stop() {
      following.abort();
      await followed;
      for (const forwarder of Object.values(forwarders)) forwarder.close();
      await vault.stop();
      await kubernetes.close();
      await root[Symbol.asyncDispose]();
    },
  };
}

function isOurs({ kind, metadata }: Manifest): boolean {
  if (kind === 'PriorityClass') return true;
  if (kind === 'ClusterRoleBinding') return metadata.name.includes(vaultProduct.name);
  return (metadata.namespace ?? metadata.name) === secretsNamespace;
}

function named(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
}

/** The variables that the Job sets. */
function renderedVariables(objects: readonly Manifest[]): Record<string, string> {
  const job = objects.find(
    ({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('configurator-'),
  );
  const pod = asRecord(asRecord(asRecord(job?.spec)?.template)?.spec);
  const [container] = (pod?.containers ?? []) as { env: { name: string; value: string }[] }[];
  if (!container) throw new Error('no Job of the configuration program is rendered');
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}
