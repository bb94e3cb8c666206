import type { Binding } from './binding.ts';
import type { CapabilityName, Needs } from './capability-types.ts';
import type { ObjectOptions } from './emitter.ts';
import type { Image } from './images.ts';
import type { CustomKind } from './kinds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Manifest, ManifestMetadata } from './manifest.ts';
import type { Plan } from './plan.ts';
import type { PlanContext } from './plan-context.ts';
import type { Upstream } from './upstream.ts';

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
export interface Scope<S = unknown> {
  readonly plan: Plan;
  readonly capability: CapabilityName;
  readonly settings: S;
  /** The capability's own namespace, used by every namespaced object that names no other. */
  readonly namespace: string;
  /** What the implementation was shown when the plan was made. */
  readonly context: PlanContext<S>;

  /** The reference under which a container uses an image. */
  image(image: Image): string;

  /** Emits a built-in object. `role` says what it is to the capability and must be stable. */
  object(role: string, manifest: Manifest, options?: ObjectOptions): KubernetesObject;

  /**
   * Emits a custom resource of a declared kind. It is deleted in the background, because its controller may
   * make children again faster than the garbage collector takes them.
   * @throws Error when the implementation does not declare the kind.
   */
  custom(
    role: string,
    kind: CustomKind,
    content: CustomResourceContent,
    options?: CustomResourceOptions,
  ): KubernetesObject;

  /**
   * Emits the objects of a release of the plan: vendored ones, or in the lab the given stand-in.
   * @throws Error when the plan has no release of the upstream, or when it is not vendored outside the lab.
   */
  release(
    upstream: Upstream,
    standIn: () => readonly Manifest[],
    options?: ObjectOptions,
  ): KubernetesObject[];

  /**
   * Has another capability serve this one, such as a certificate for a listener. What it emits belongs to this
   * capability and goes before the other's operator does.
   * @throws Error when the capability was not declared as required.
   */
  request<C extends CapabilityName>(capability: C, need: Needs<C>): Binding;
}
