import type { Image } from '../../kit/images.ts';
import type { ImageSource, Upstream } from '../../kit/upstream.ts';
import { ports, secretsNamespace } from './names.ts';

/** In what Vault and OpenBao differ. Everything else, the API above all, is one. */
export interface Product {
  /** Name of the implementation, its StatefulSet and its Service. */
  name: 'vault' | 'openbao' | (string & {});
  title: string;
  token: `ninefold:secrets:${string}`;
  upstream: Upstream<ImageSource>;
  image: Image;
  /** The program in the image. */
  command: string;
  /** Prefix of its environment variables. */
  variables: string;
  /**
   * Who makes the audit devices: the API, or the server's own configuration, where the API is not allowed to
   * because a file path that the API names is a way to write anywhere.
   */
  auditBy: 'api' | 'configuration';
  /** Whether it locks memory unless told not to, which a restricted container can't do. */
  locksMemory: boolean;
}

/** Labels of the server's pods. */
export function podLabels(product: Product): Record<string, string> {
  return { 'app.kubernetes.io/name': product.name, 'app.kubernetes.io/component': 'server' };
}

/** The headless Service that gives each pod a name. */
export function podsService(product: Product): string {
  return `${product.name}-pods`;
}

/** Address of the pods that serve. */
export function serviceAddress(product: Product): string {
  return `https://${product.name}.${secretsNamespace}.svc:${ports.api}`;
}

/** Addresses of all pods, the first one first. */
export function nodeAddresses(product: Product, replicas: number): string[] {
  return Array.from(
    { length: replicas },
    (_, index) =>
      `https://${product.name}-${index}.${podsService(product)}.${secretsNamespace}.svc:${ports.api}`,
  );
}

/** Every name that the server is reached by. */
export function serverNames(product: Product): string[] {
  return [
    `${product.name}.${secretsNamespace}.svc`,
    `*.${podsService(product)}.${secretsNamespace}.svc`,
    'localhost',
  ];
}
