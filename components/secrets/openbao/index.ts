import { secretsImplementation } from '../shared/implementation.ts';
import type { Image } from '../../kit/images.ts';
import type { Product } from '../shared/product.ts';

// 2.7 moves the seals of clouds into plugins that have to be installed and checked on every node.
const version = '2.6.2';

const image: Image = { registry: 'ghcr.io', repository: 'openbao/openbao', tag: version };

/** OpenBao as it is published. */
export const openbaoProduct: Product = {
  name: 'openbao',
  title: 'OpenBao with External Secrets',
  token: 'ninefold:secrets:OpenBao',
  upstream: {
    name: 'openbao',
    title: 'OpenBao',
    version,
    licence: 'MPL-2.0',
    source: { type: 'image', image },
    images: [image],
    kubernetes: '>=1.30',
    homepage: 'https://openbao.org/docs/',
  },
  image,
  command: 'bao',
  variables: 'BAO',
  // Its API refuses to make audit devices.
  auditBy: 'configuration',
  locksMemory: false,
};

/** Secrets by OpenBao. */
export const openbao = secretsImplementation(openbaoProduct);
