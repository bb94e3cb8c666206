import type * as pulumi from '@pulumi/pulumi';
import type { Binding } from './binding.ts';
import type { Implementation } from './capability.ts';
import type { CapabilityName, Facts, Needs } from './capability-types.ts';
import type { Component } from './component.ts';
import { emitObject, type ObjectOptions } from './emitter.ts';
import { type Image, imageReference } from './images.ts';
import { rewriteMentions } from './image-references.ts';
import { apiVersion, type CustomKind, crdName } from './kinds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { isClusterScoped, type Manifest } from './manifest.ts';
import { capabilityNamespace, slug } from './naming.ts';
import type { ObjectSources } from './object-sources.ts';
import type { Plan, PlannedCapability } from './plan.ts';
import { planContext, type PlanContext } from './plan-context.ts';
import { implementationOf, type Registry } from './registry.ts';
import type { CustomResourceContent, CustomResourceOptions, Scope } from './scope.ts';
import type { Upstream } from './upstream.ts';

/** What a scope is made from. */
export interface ScopeArguments<S> {
  plan: Plan;
  registry: Registry;
  /** The capability that the objects belong to. */
  capability: CapabilityName;
  /** The implementation that writes them. */
  implementation: Implementation<CapabilityName, S>;
  settings: S;
  component: Component;
  provider: pulumi.ProviderResource;
  sources: ObjectSources;
  /** What must stand before the first object of this scope. */
  after: readonly pulumi.Resource[];
}

/** The scope of a program that runs: what an implementation puts into it becomes resources. */
export class EmittingScope<S = unknown> implements Scope<S> {
  readonly plan: Plan;
  readonly capability: CapabilityName;
  readonly settings: S;
  readonly namespace: string;
  private readonly arguments: ScopeArguments<S>;

  constructor(given: ScopeArguments<S>) {
    this.arguments = given;
    this.plan = given.plan;
    this.capability = given.capability;
    this.settings = given.settings;
    this.namespace = capabilityNamespace(this.capability);
  }

  get context(): PlanContext<S> {
    return planContext(this.plan.environment, this.settings);
  }

  image(image: Image): string {
    return imageReference(image, this.plan.environment.images);
  }

  object(role: string, manifest: Manifest, options: ObjectOptions = {}): KubernetesObject {
    return this.emit(role, this.placed(manifest), options);
  }

  custom(
    role: string,
    kind: CustomKind,
    content: CustomResourceContent,
    options: CustomResourceOptions = {},
  ): KubernetesObject {
    if (!this.arguments.implementation.kinds.includes(kind)) {
      throw new Error(
        `${this.arguments.implementation.name} writes ${crdName(kind)} but does not declare it`,
      );
    }
    const { readyWhen, ...rest } = options;
    const waits = readyWhen !== undefined && this.plan.environment.cluster.kind !== 'lab';
    const manifest: Manifest = {
      apiVersion: apiVersion(kind),
      kind: kind.kind,
      metadata: {
        ...content.metadata,
        annotations: {
          ...content.metadata.annotations,
          'pulumi.com/deletionPropagationPolicy': 'background',
          ...(waits ? { 'pulumi.com/waitFor': readyWhen } : {}),
        },
      },
      spec: content.spec,
    };
    return this.emit(role, kind.namespaced ? this.inNamespace(manifest) : manifest, rest);
  }

  release(
    upstream: Upstream,
    standIn: () => readonly Manifest[],
    options: ObjectOptions = {},
  ): KubernetesObject[] {
    const release = this.planned().releases.find((one) => one.upstream === upstream);
    if (!release) throw new Error(`${this.capability} installs ${upstream.name} but does not plan it`);
    const { origin, objects } = this.arguments.sources.release(release, standIn);
    return objects.map((object) => {
      const where = object.metadata.namespace ? `${object.metadata.namespace}-` : '';
      const role = `${upstream.name}-${object.kind.toLowerCase()}-${where}${slug(object.metadata.name)}`;
      const rewritten = rewriteMentions(object, upstream.images, this.plan.environment.images);
      // Vendoring wrote namespaces out: what has none lives in none.
      return this.emit(
        role,
        origin === 'vendored' ? rewritten : this.placed(rewritten),
        isWebhook(object) ? withInjected(options) : options,
      );
    });
  }

  request<C extends CapabilityName>(capability: C, need: Needs<C>): Binding {
    const { plan, registry } = this.arguments;
    const other = plan.capabilities.find((one) => one.capability === capability);
    if (!other || !this.planned().requires.includes(capability)) {
      throw new Error(`${this.capability} asks for ${capability} but does not require it`);
    }
    const implementation = implementationOf(registry, capability, other.implementation);
    const scope = new EmittingScope<unknown>({ ...this.arguments, implementation, settings: other.settings });
    return implementation.bind(scope, other.facts as Facts<C>, need);
  }

  private planned(): PlannedCapability {
    const planned = this.plan.capabilities.find((one) => one.capability === this.capability);
    if (!planned) throw new Error(`${this.capability} is not in the plan`);
    return planned;
  }

  private emit(role: string, manifest: Manifest, options: ObjectOptions): KubernetesObject {
    const { component: parent, provider, after } = this.arguments;
    const context = { environment: this.plan.environment, capability: this.capability, parent, provider };
    return emitObject(context, `${this.capability}-${role}`, manifest, {
      ...options,
      dependsOn: options.dependsOn ?? after,
    });
  }

  private placed(manifest: Manifest): Manifest {
    return isClusterScoped(manifest.kind) ? manifest : this.inNamespace(manifest);
  }

  private inNamespace(manifest: Manifest): Manifest {
    if (manifest.metadata.namespace) return manifest;
    return { ...manifest, metadata: { ...manifest.metadata, namespace: this.namespace } };
  }
}

function isWebhook({ kind }: Manifest): boolean {
  return kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration';
}

/** Operators put their authority into their own webhooks while they run. */
function withInjected(options: ObjectOptions): ObjectOptions {
  return {
    ...options,
    ignoreChanges: [...(options.ignoreChanges ?? []), 'webhooks[*].clientConfig.caBundle'],
  };
}
