import type * as pulumi from '@pulumi/pulumi';
import type { Binding } from './binding.ts';
import type { CapabilityName, Facts, Implementation, Needs, PlanContext } from './capability.ts';
import type { Component } from './component.ts';
import { emitObject, type ObjectOptions } from './emitter.ts';
import { type Image, imageReference } from './images.ts';
import { apiVersion, type CustomKind, crdName } from './kinds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { isClusterScoped, type Manifest, type ManifestMetadata } from './manifest.ts';
import { capabilityNamespace, slug } from './naming.ts';
import type { ObjectSources } from './object-sources.ts';
import type { Plan } from './plan.ts';
import { planContext } from './planner.ts';
import { implementationOf, type Registry } from './registry.ts';
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

/** A custom resource as an implementation writes it; `apiVersion` and `kind` come from the declared kind. */
export interface CustomResourceContent {
  metadata: ManifestMetadata;
  spec: object;
}

/** Options of a custom resource. */
export interface CustomResourceOptions extends ObjectOptions {
  /**
   * What its controller says when it is done, such as `condition=Ready`. Waited for wherever a controller
   * runs, which is everywhere but in the lab.
   */
  readyWhen?: string;
}

/** Where an implementation puts its objects. Names, labels, order and protection are the scope's business. */
export class Scope<S = unknown> {
  readonly plan: Plan;
  readonly capability: CapabilityName;
  readonly settings: S;
  /** The capability's own namespace, used by every namespaced object that names no other. */
  readonly namespace: string;
  private readonly arguments: ScopeArguments<S>;

  constructor(given: ScopeArguments<S>) {
    this.arguments = given;
    this.plan = given.plan;
    this.capability = given.capability;
    this.settings = given.settings;
    this.namespace = capabilityNamespace(this.capability);
  }

  /** What the implementation was shown when the plan was made. */
  get context(): PlanContext<S> {
    return planContext(this.plan.environment, this.settings);
  }

  /** The reference under which a container uses an image. */
  image(image: Image): string {
    return imageReference(image, this.plan.environment.images);
  }

  /** Emits a built-in object. `role` says what it is to the capability and must be stable. */
  object(role: string, manifest: Manifest, options: ObjectOptions = {}): KubernetesObject {
    return this.emit(role, this.placed(manifest), options);
  }

  /**
   * Emits a custom resource of a declared kind. It is deleted in the background, because its controller may
   * make children again faster than the garbage collector takes them.
   * @throws Error when the implementation does not declare the kind.
   */
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

  /**
   * Emits the objects of a release: vendored ones, or in the lab the given stand-in.
   * @throws Error outside the lab when the release is not vendored.
   */
  release(
    upstream: Upstream,
    standIn: () => readonly Manifest[],
    options: ObjectOptions = {},
  ): KubernetesObject[] {
    const { objects } = this.arguments.sources.release(upstream, standIn);
    return objects.map((object) => {
      const where = object.metadata.namespace ? `${object.metadata.namespace}-` : '';
      const role = `${upstream.name}-${object.kind.toLowerCase()}-${where}${slug(object.metadata.name)}`;
      return this.emit(role, this.placed(object), options);
    });
  }

  /**
   * Has another capability serve this one, such as a certificate for a listener. What it emits belongs to this
   * capability and goes before the other's operator does.
   * @throws Error when the capability was not declared as required.
   */
  request<C extends CapabilityName>(capability: C, need: Needs<C>): Binding {
    const { plan, registry } = this.arguments;
    const own = plan.capabilities.find((one) => one.capability === this.capability);
    const other = plan.capabilities.find((one) => one.capability === capability);
    if (!other || !own?.requires.includes(capability)) {
      throw new Error(`${this.capability} asks for ${capability} but does not require it`);
    }
    const implementation = implementationOf(registry, capability, other.implementation);
    const scope = new Scope<unknown>({ ...this.arguments, implementation, settings: other.settings });
    return implementation.bind(scope, other.facts as Facts<C>, need);
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
