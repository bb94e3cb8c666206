import * as pulumi from '@pulumi/pulumi';
import { type Manifest, type ManifestMetadata, resourceToken } from './manifest.ts';

/**
 * Any Kubernetes object as a Pulumi resource, under the token that the official provider gives its kind.
 * One class for all kinds lets one list of objects, whatever its source, become ordinary resources.
 */
export class KubernetesObject extends pulumi.CustomResource {
  /** Set by the Pulumi runtime from the provider's answer. */
  declare readonly metadata: pulumi.Output<ManifestMetadata & { uid: string }>;
  declare readonly status: pulumi.Output<unknown>;

  constructor(name: string, manifest: Manifest, options: pulumi.CustomResourceOptions) {
    super(resourceToken(manifest), name, { ...manifest, status: undefined }, options);
  }
}
