import { defineImplementation, type Implementation } from '../../kit/capability.ts';
import { type Footprint, podsFootprint, sumFootprints } from '../../kit/footprint.ts';
import { gate } from '../../kit/gate.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import { capabilityNamespace, keys } from '../../kit/naming.ts';
import type { PlanContext } from '../../kit/plan-context.ts';
import type { Scope } from '../../kit/scope.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import type { Violation } from '../../kit/violation.ts';
import { serviceAccount } from '../../kit/workload.ts';
import type { SecretsFacts } from '../capability.ts';
import { bindClient } from './bind.ts';
import { emitConfigurator } from './configurator.ts';
import { emitDatabaseCredentials } from './database-credentials.ts';
import { emitExternalSecrets, externalSecretsRelease, externalSecretsValues } from './external-secrets.ts';
import { externalSecretsCrds, externalSecretsKinds } from './kinds.ts';
import { exceptionsOf, listenersOf } from './listeners.ts';
import { emitMonitors } from './monitors.ts';
import {
  accounts,
  clientNamespaceLabels,
  kubernetesAuth,
  mounts,
  platformStore,
  ports,
  roles,
  secretsNamespace,
} from './names.ts';
import { emitNetwork } from './network.ts';
import { podLabels, type Product, serviceAddress } from './product.ts';
import { authoritySecret } from './program/desired.ts';
import { emitServer } from './server-objects.ts';
import { type SecretsSettings, secretsSettings, secretsSizes } from './settings.ts';
import { emitSnapshots } from './snapshots.ts';
import { clusterStore, externalSecret } from './stores.ts';

/** The implementation of `secrets` by one product. All that Vault and OpenBao have in common, which is nearly all. */
export function secretsImplementation(product: Product): Implementation<'secrets', SecretsSettings> {
  return defineImplementation<'secrets', SecretsSettings>({
    capability: 'secrets',
    name: product.name,
    title: product.title,
    token: product.token,
    settings: secretsSettings,
    sizes: secretsSizes,
    upstreams: [product.upstream, externalSecretsRelease],
    crds: [externalSecretsCrds, monitoringCrds],
    kinds: [
      externalSecretsKinds.ClusterSecretStore,
      externalSecretsKinds.ExternalSecret,
      externalSecretsKinds.SecretStore,
      monitoringKinds.PodMonitor,
      monitoringKinds.PrometheusRule,
    ],
    namespaces: ({ settings }) => [{ name: secretsNamespace, labels: namespaceLabels(settings) }],
    releases: ({ settings }) => [
      {
        upstream: externalSecretsRelease,
        namespace: secretsNamespace,
        values: externalSecretsValues(settings),
      },
    ],
    requires: () => ['certificates'],
    check: ({ settings }) => checkSettings(settings),
    facts: (context) => factsOf(product, context),
    footprint: ({ settings }) => footprintOf(settings),
    listeners: () => listenersOf(product),
    exceptions: () => exceptionsOf(product),
    platform: (scope) => emitPlatform(scope, product),
    bind: bindClient,
  });
}

/** The server makes users in databases, and so is a client of theirs. */
function namespaceLabels({ databases }: SecretsSettings): Record<string, string> {
  const own = databases.some(({ namespace }) => namespace === capabilityNamespace('database'));
  return own ? { [keys.clientOf('database')]: 'true' } : {};
}

function emitPlatform(scope: Scope<SecretsSettings>, product: Product): void {
  // Network first, so that it is the last to go: an operator that is cut off clears no finalizer.
  const network = emitNetwork(scope, product);
  const operator = emitExternalSecrets(scope, network);
  // Stores are refused while the webhook has no endpoint, so none is sent before the gate, and all go before it does.
  const opened = gate(scope, {
    sample: { kind: externalSecretsKinds.ExternalSecret, spec: gateSample },
    after: operator,
  });
  const server = emitServer(scope, product, network);
  const credentials = emitDatabaseCredentials(scope, [opened]);
  const configured = emitConfigurator(scope, product, [...server, ...credentials]);
  const facts = factsOf(product, scope.context);
  const account = scope.object('platform-account', serviceAccount(accounts.platform), { dependsOn: network });
  const store = scope.custom(
    'platform-store',
    externalSecretsKinds.ClusterSecretStore,
    { metadata: { name: platformStore }, spec: clusterStore(facts, roles.platform, accounts.platform) },
    { dependsOn: [opened, configured, account], readyWhen: 'condition=Ready' },
  );
  emitSnapshots(scope, product, [configured]);
  emitMonitors(scope, product, [configured, store]);
}

/** What the gate asks about. */
const gateSample = externalSecret('gate', { kind: 'SecretStore', name: 'gate' }, 'gate');

/** What clients must know. Follows from the settings alone. */
function factsOf(product: Product, { settings }: PlanContext<SecretsSettings>): SecretsFacts {
  return {
    namespace: secretsNamespace,
    address: serviceAddress(product),
    pods: { podLabels: podLabels(product), port: ports.api },
    authority: { secretName: authoritySecret, key: 'ca.crt' },
    kubernetesAuth: { ...kubernetesAuth },
    mounts: { ...mounts },
    databases: settings.databases.map(({ name, schema }) => ({ name, schema })),
    databaseUsers: settings.databaseUsers,
    clusterSecretStore: platformStore,
    clientNamespaceLabels,
  };
}

function footprintOf({ externalSecrets, ...server }: SecretsSettings): Footprint {
  const nodes = podsFootprint(server.replicas, server.resources, server.storage);
  const { disk } = podsFootprint(server.replicas, server.resources, server.auditStorage);
  return sumFootprints([
    { ...nodes, disk: nodes.disk + disk },
    ...Object.values(externalSecrets).map(({ replicas, resources }) => podsFootprint(replicas, resources)),
  ]);
}

/** What no field alone can get wrong. */
function checkSettings(settings: SecretsSettings): Violation[] {
  const violations: Violation[] = [];
  const { shares, threshold } = settings.key;
  if (threshold > shares || (shares > 1 && threshold === 1)) {
    violations.push({
      path: 'key.threshold',
      problem:
        threshold > shares ? 'more parts are needed than there are' : 'one part alone would open everything',
      value: threshold,
      allowed: shares === 1 ? '1' : `2 to ${shares}`,
      fix: 'change the threshold, or the number of shares',
    });
  }
  if ((settings.unsealing === 'cloud') !== (settings.awskms !== undefined)) {
    violations.push({
      path: 'awskms',
      problem: settings.awskms
        ? 'the key is not used, since no cloud unseals'
        : 'a cloud unseals, but no key is named',
      ...(settings.awskms ? { value: settings.awskms.keyId } : {}),
      fix: settings.awskms ? 'set unsealing to cloud, or remove awskms' : 'name the key under awskms',
    });
  }
  const { lifetime, longest } = settings.databaseUsers;
  if (durationSeconds(lifetime) > durationSeconds(longest)) {
    violations.push({
      path: 'databaseUsers.lifetime',
      problem: 'a user would live longer than the longest',
      value: lifetime,
      allowed: `at most databaseUsers.longest, ${longest}`,
      fix: 'shorten lifetime, or lengthen longest',
    });
  }
  const names = settings.databases.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    violations.push({
      path: `databases.${index}.name`,
      problem: 'there is already a database of this name',
      value: name,
      fix: 'give it another name, or remove one of the two',
    });
  }
  return violations;
}
