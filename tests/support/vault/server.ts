import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { serverNames } from '../../../components/secrets/shared/product.ts';
import {
  serverConfiguration,
  type ServerPlaces,
  startScript,
} from '../../../components/secrets/shared/server-configuration.ts';
import type { SecretsSettings } from '../../../components/secrets/shared/settings.ts';
import { vaultProduct } from '../../../components/secrets/vault/index.ts';
import { freePort } from '../../../toolkit/local-servers/free-port.ts';
import { ServerProcess } from '../../../toolkit/local-servers/index.ts';
import { findJudge } from '../judge.ts';
import type { TestAuthority } from '../test-authority.ts';

/** Where Vault is; or why it can't be had. */
export const vault = await findJudge('vault');

/** A real server, started as the platform starts it. */
export interface VaultServer {
  /** The API on loopback, under a name of its certificate. */
  url: string;
  /** What the configuration puts where. */
  places: ServerPlaces;
  /** Everything that it has written to its output since it was started. */
  output(): string;
  /** Goes on with a disk of this name, which is empty the first time. */
  useDisk(name: string): Promise<void>;
  /** Fingerprint of the certificate that it shows. */
  certificate(): Promise<string>;
  /** Writes another certificate, as whoever renews it does. */
  renewCertificate(): Promise<void>;
  /** Stops it in good order and starts it again: it is sealed then. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Vault with the configuration and by the script that the settings render. What differs: it listens on
 * loopback, its directories are below one of its own, and the script looks twice a second at what it watches.
 */
export async function startVault(settings: SecretsSettings, authority: TestAuthority): Promise<VaultServer> {
  if ('problem' in vault) throw new Error(vault.problem);
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-vault-'));
  chmodSync(directory, 0o700);
  const [api, cluster, metrics, metricsCluster] = await freePorts();
  const places: ServerPlaces = {
    bind: '127.0.0.1',
    ports: { api, cluster, metrics, metricsCluster },
    data: join(directory, 'data'),
    audit: join(directory, 'audit'),
    tls: join(directory, 'tls'),
  };
  for (const name of ['audit', 'tls', 'disks']) mkdirSync(join(directory, name));
  const writeCertificate = async () => {
    const { certificate, key } = await authority.issue({ dnsNames: serverNames(vaultProduct) });
    writeFileSync(join(places.tls, 'tls.key'), key, { mode: 0o600 });
    writeFileSync(join(places.tls, 'tls.crt'), certificate);
  };
  await writeCertificate();
  writeFileSync(join(places.tls, 'ca.crt'), authority.certificate);
  const configuration = join(directory, 'server.hcl');
  writeFileSync(configuration, serverConfiguration(vaultProduct, settings, places));
  const script = join(directory, 'start.sh');
  writeFileSync(script, startScript(settings, places, 0.5));
  const insert = (disk: string) => {
    mkdirSync(join(directory, 'disks', disk), { recursive: true });
    rmSync(places.data, { force: true });
    symlinkSync(join(directory, 'disks', disk), places.data);
  };
  insert('first');

  const url = `https://localhost:${api}`;
  const server = await ServerProcess.start({
    name: 'Vault',
    command: '/bin/sh',
    arguments: [script, vault.path, 'server', `-config=${configuration}`],
    environment: {
      VAULT_RAFT_NODE_ID: 'vault-0',
      VAULT_API_ADDR: url,
      VAULT_CLUSTER_ADDR: `https://localhost:${cluster}`,
      HOME: directory,
    },
    directory,
    ready: (log) => log.includes('Vault server started!'),
    stopSignal: 'SIGTERM',
    // The script ends the server with itself.
    orphanSignal: 'SIGTERM',
  });
  return {
    url,
    places,
    output: () => readFileSync(join(directory, 'server.log'), 'utf8'),
    async useDisk(name) {
      await server.stop();
      insert(name);
      await server.restart();
    },
    async certificate() {
      const socket = connect({
        host: '127.0.0.1',
        port: api,
        servername: 'localhost',
        ca: authority.certificate,
      });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    },
    renewCertificate: writeCertificate,
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}

async function freePorts(): Promise<[number, number, number, number]> {
  return [await freePort(), await freePort(), await freePort(), await freePort()];
}
