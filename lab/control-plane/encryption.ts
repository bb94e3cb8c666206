/** Encryption at rest: the API server encrypts Secrets before they reach etcd's files. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writePrivately } from './files.ts';
import type { LabLayout } from './layout.ts';

/** The API server's encryption configuration, which holds the key. */
export function encryptionFile(layout: LabLayout): string {
  return join(layout.configuration, 'encryption.yaml');
}

/** Generates the key, once in the life of a lab: without it the Secrets in etcd can't be read any more. */
export async function ensureEncryption(layout: LabLayout): Promise<void> {
  const path = encryptionFile(layout);
  if (existsSync(path)) return;
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets'],
        // XSalsa20 with Poly1305: authenticated, and a fresh random nonce for each write.
        providers: [{ secretbox: { keys: [{ name: 'lab', secret: randomBytes(32).toString('base64') }] } }],
      },
    ],
  };
  await writePrivately(path, stringify(configuration));
}
