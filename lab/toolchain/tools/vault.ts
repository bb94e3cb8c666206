import type { Tool } from '../tool.ts';

const vaultVersion = '1.21.4';

/**
 * Runs as the server that judges what configures it. Its licence, the BSL 1.1, allows that. The newest version that
 * is a Go module: the versions after it, which the platform installs, are published as programs and images only.
 */
export const vault: Tool = {
  name: 'vault',
  version: vaultVersion,
  variable: 'NINEFOLD_VAULT',
  versionArguments: ['version'],
  versionPattern: /^Vault v(\d[^\s,]*)/m,
  download({ os, architecture }) {
    const release = `/vault/${vaultVersion}/vault_${vaultVersion}`;
    return {
      kind: 'file',
      artefact: { home: 'hashicorp', path: `${release}_${os}_${architecture}.zip` },
      checksum: { home: 'hashicorp', path: `${release}_SHA256SUMS` },
      archive: { member: 'vault' },
    };
  },
  build: {
    id: 'vault',
    module: 'github.com/hashicorp/vault',
    version: `v${vaultVersion}`,
    // As in its own module file, but for the parts of its own repository, which come in their published versions.
    replace: {
      'github.com/99designs/keyring': 'github.com/Jeffail/keyring v1.2.3',
      'github.com/ma314smith/signedxml v1.1.1': 'github.com/moov-io/signedxml v1.1.1',
    },
    stamp: {},
    // Without most engines and without their clients of every cloud and database.
    tags: ['minimal'],
    corrections: [
      // Two engines that the tag leaves out, and the platform uses.
      {
        file: 'helper/builtinplugins/registry_min.go',
        replace: [
          [
            'package builtinplugins\n',
            `package builtinplugins

import (
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	"github.com/hashicorp/vault/plugins/database/postgresql"
)
`,
          ],
          ['extendAddonPlugins(_ *registry)', 'extendAddonPlugins(all *registry)'],
          [
            '// No-op',
            `all.credentialBackends["kubernetes"] = credentialBackend{Factory: kubernetes.Factory}
	all.databasePlugins["postgresql-database-plugin"] = databasePlugin{Factory: postgresql.New}`,
          ],
        ],
      },
      // The published version of its SDK is a little older than the one in its repository: two functions that
      // nothing here calls have other parameters there.
      {
        file: 'vault/identity_store.go',
        replace: [
          [
            'ActivationFunc: iStore.activateDeduplication,',
            `ActivationFunc: func(ctx context.Context, req *logical.Request, _ string) error {
			return iStore.activateDeduplication(ctx, req)
		},`,
          ],
        ],
      },
      {
        file: 'vault/logical_system_activation_flags.go',
        replace: [['ActivationFunc(ctx, nil)', 'ActivationFunc(ctx, nil, "")']],
      },
      {
        file: 'builtin/logical/transit/path_restore.go',
        replace: [
          [
            'restoredKeyName, err := b.lm.RestorePolicy(',
            'restoredKeyName := keyName\n\terr := b.lm.RestorePolicy(',
          ],
        ],
      },
    ],
    expectedMs: 300_000,
  },
  goPackage: 'github.com/hashicorp/vault',
};
