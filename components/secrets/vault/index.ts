import { secretsImplementation } from '../shared/implementation.ts';
import type { Image } from '../../kit/images.ts';
import type { Product } from '../shared/product.ts';

const version = '2.0.4';

const image: Image = { registry: 'docker.io', repository: 'hashicorp/vault', tag: version };

/** Vault as it is published. */
export const vaultProduct: Product = {
  name: 'vault',
  title: 'HashiCorp Vault with External Secrets',
  token: 'ninefold:secrets:Vault',
  upstream: {
    name: 'vault',
    title: 'HashiCorp Vault',
    version,
    licence: 'BUSL-1.1',
    source: { type: 'image', image },
    images: [image],
    kubernetes: '>=1.30',
    homepage: 'https://developer.hashicorp.com/vault',
  },
  image,
  command: 'vault',
  variables: 'VAULT',
  auditBy: 'api',
  locksMemory: true,
};

/** Secrets by Vault. */
export const vault = secretsImplementation(vaultProduct);
