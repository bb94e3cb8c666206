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
    // The SDK notes a stack for every promise it makes, dozens for one object. That is half the time of a program of
    // hundreds of objects, and all of these stacks would end here.
    const { stackTraceLimit } = Error;
    if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) Error.stackTraceLimit = 0;
    try {
      super(resourceToken(manifest), name, { ...manifest, status: undefined }, options);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}
