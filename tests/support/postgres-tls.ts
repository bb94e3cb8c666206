import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from '../../toolkit/local-servers/index.ts';
import type { IssuedCertificate, TestAuthority } from './test-authority.ts';

/** What a server that speaks TLS is given. */
export interface TlsFiles {
  /** Its own certificate. */
  own: IssuedCertificate;
  /** Whose certificates of clients it believes. */
  authority: TestAuthority;
  /** Lines of `pg_hba.conf`. */
  rules: readonly string[];
  /** Lines of `pg_ident.conf`. @default none */
  identities?: readonly string[];
}

/** Has a server that was started without TLS speak it, under other rules of who may come in. */
export async function serveTls(server: PostgresServer, files: TlsFiles): Promise<void> {
  const data = join(server.directory, 'data');
  const { uid, gid } = statSync(data);
  const write = (name: string, text: string) => {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    chownSync(join(data, name), uid, gid);
  };
  const { own, authority, rules, identities = [] } = files;
  write('server.crt', own.certificate);
  write('server.key', own.key);
  write('authority.crt', authority.certificate);
  write('pg_hba.conf', `${rules.join('\n')}\n`);
  write('pg_ident.conf', `${identities.join('\n')}\n`);
  const parameters = [
    "ssl = 'on'",
    "ssl_cert_file = 'server.crt'",
    "ssl_key_file = 'server.key'",
    "ssl_ca_file = 'authority.crt'",
  ];
  write('postgresql.auto.conf', `${parameters.join('\n')}\n`);
  await server.restart();
}
