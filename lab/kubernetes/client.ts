import * as z from 'zod';
import { type ApiResource, Discovery, versionPath } from './discovery.ts';
import { isNotFound, KubernetesApiError } from './errors.ts';
import { type ClusterConnection, readKubeconfig } from './kubeconfig.ts';
import {
  type CollectionReference,
  type KubernetesObject,
  type ObjectReference,
  referenceOf,
} from './objects.ts';
import {
  applyContentType,
  type Method,
  type RequestOptions,
  Transport,
  type TransportOptions,
} from './transport.ts';
import { type WatchEvent, watchCollection } from './watch.ts';

/** Which objects of a collection. */
export interface Selection {
  /** For example `app=orders,tier!=test`. */
  labelSelector?: string;
  /** For example `metadata.name=orders`. */
  fieldSelector?: string;
  signal?: AbortSignal | undefined;
}

/** How a change is made. */
export interface ChangeOptions {
  /** Who owns the fields that are set. */
  fieldManager?: string;
  /** Judge the change (admission included) without making it. @default false */
  dryRun?: boolean;
  signal?: AbortSignal | undefined;
}

/** A merge patch is an object, a JSON patch a list of operations, a strategic merge works for built-in kinds only. */
export type PatchType = 'merge' | 'json' | 'strategic';

/** How an object is deleted. */
export interface DeleteOptions {
  /** @default 'Background' */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Delete only this very object, never a successor of the same name. */
  uid?: string | undefined;
  gracePeriodSeconds?: number;
  signal?: AbortSignal | undefined;
}

const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  items: z
    .array(z.custom<KubernetesObject>((item) => typeof item === 'object' && item !== null))
    .nullish()
    .transform((items) => items ?? []),
});

const pageSize = 500;

/**
 * The Kubernetes API as this project uses it. Objects are plain data; every refusal is a `KubernetesApiError`, an
 * unreachable server a `KubernetesConnectionError`, a kind that is not served an `UnknownKindError`.
 */
export class KubernetesClient {
  /** Namespace of the kubeconfig's context. */
  readonly defaultNamespace: string;
  /** Address of the API server. */
  readonly server: string;
  readonly #transport: Transport;
  readonly #discovery: Discovery;

  constructor(connection: ClusterConnection, options: TransportOptions = {}) {
    this.defaultNamespace = connection.namespace;
    this.server = connection.server;
    this.#transport = new Transport(connection, options);
    this.#discovery = new Discovery(this.#transport);
  }

  /** A client for a context of a kubeconfig file. @throws {KubeconfigError} @default contextName the current context */
  static async fromKubeconfig(path: string, contextName?: string, options: TransportOptions = {}) {
    return new KubernetesClient(await readKubeconfig(path, contextName), options);
  }

  /** Any request; for what the other methods don't say, such as `/readyz` or a subresource. */
  request(method: Method, path: string, options?: RequestOptions): Promise<unknown> {
    return this.#transport.request(method, path, options);
  }

  /** How a kind is addressed; a kind not known yet is asked for again. @throws {UnknownKindError} */
  resourceFor(apiVersion: string, kind: string): Promise<ApiResource> {
    return this.#discovery.resourceFor(apiVersion, kind);
  }

  /** Every kind that can be listed, in its preferred version, as of now. */
  allResources(): Promise<ApiResource[]> {
    return this.#discovery.allResources();
  }

  /** @throws {KubernetesApiError} `NotFound` when there is none */
  async get(
    reference: ObjectReference,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<KubernetesObject> {
    return asObject(await this.#request('GET', reference, options));
  }

  /** The object, or undefined when there is none. */
  async find(reference: ObjectReference, options: { signal?: AbortSignal | undefined } = {}) {
    try {
      return await this.get(reference, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** All objects of a collection, read in pages. */
  async list(collection: CollectionReference, selection: Selection = {}): Promise<KubernetesObject[]> {
    return (await this.#listWithVersion(collection, selection)).items;
  }

  /** Creates or changes an object by server-side apply; fields of this manager that are no longer there are removed. */
  async apply(
    object: KubernetesObject,
    options: ChangeOptions & { fieldManager: string; force?: boolean },
  ): Promise<KubernetesObject> {
    const query = { ...changeQuery(options), force: options.force || undefined };
    return asObject(
      await this.#request('PATCH', referenceOf(object), {
        query,
        body: object,
        contentType: applyContentType,
        signal: options.signal,
      }),
    );
  }

  /** @throws {KubernetesApiError} `AlreadyExists` */
  async create(object: KubernetesObject, options: ChangeOptions = {}): Promise<KubernetesObject> {
    const path = await this.#collectionPath(referenceOf(object), true);
    const { signal } = options;
    return asObject(
      await this.#transport.request('POST', path, { query: changeQuery(options), body: object, signal }),
    );
  }

  /** @param options.subresource for example `status` or `scale` */
  async patch(
    reference: ObjectReference,
    patch: unknown,
    options: ChangeOptions & { type?: PatchType; subresource?: string } = {},
  ): Promise<KubernetesObject> {
    const { type = 'merge', subresource, signal } = options;
    const contentType = type === 'strategic' ? 'strategic-merge-patch' : `${type}-patch`;
    return asObject(
      await this.#request(
        'PATCH',
        reference,
        // Setting fields to given values twice ends as once; operations on lists don't.
        {
          query: changeQuery(options),
          body: patch,
          contentType: `application/${contentType}+json`,
          signal,
          repeatable: type === 'merge',
        },
        subresource,
      ),
    );
  }

  /**
   * Asks for deletion and does not wait for it.
   * @returns the object as it waits for its finalizers, or undefined when it is gone
   * @throws {KubernetesApiError} `Conflict` when the object of this name is not the one with the given uid
   */
  async delete(
    reference: ObjectReference,
    options: DeleteOptions = {},
  ): Promise<KubernetesObject | undefined> {
    const { propagationPolicy = 'Background', uid, gracePeriodSeconds, signal } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      ...(uid ? { preconditions: { uid } } : {}),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    };
    try {
      const answer = asObject(await this.#request('DELETE', reference, { body, signal }));
      // An object that is gone at once is answered with a Status instead.
      return answer.kind === 'Status' ? undefined : answer;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Follows a collection without gaps until the signal is aborted; what exists comes first, as `ADDED`. */
  watch(
    collection: CollectionReference,
    selection: Selection = {},
  ): AsyncGenerator<WatchEvent, void, undefined> {
    const { signal, labelSelector, fieldSelector } = selection;
    const seconds = 240 + Math.floor(Math.random() * 60);
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: seconds,
      labelSelector,
      fieldSelector,
    };
    return watchCollection(
      {
        list: () => this.#listWithVersion(collection, selection),
        stream: async (resourceVersion) =>
          this.#transport.stream(await this.#collectionPath(collection), {
            query: { ...query, resourceVersion },
            signal,
          }),
      },
      signal,
    );
  }

  /** Ends every connection, watches included. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #listWithVersion(collection: CollectionReference, selection: Selection) {
    const path = await this.#collectionPath(collection);
    const { labelSelector, fieldSelector, signal } = selection;
    const items: KubernetesObject[] = [];
    let next: string | undefined;
    for (;;) {
      const query = { labelSelector, fieldSelector, limit: pageSize, continue: next };
      let page: z.infer<typeof listSchema>;
      try {
        page = listSchema.parse(await this.#transport.request('GET', path, { query, signal }));
      } catch (error) {
        // The server has forgotten the state that the pages so far are of.
        if (next === undefined || !(error instanceof KubernetesApiError && error.status === 410)) throw error;
        items.length = 0;
        next = undefined;
        continue;
      }
      for (const item of page.items) {
        // Items of a list don't say what they are.
        items.push({ ...item, apiVersion: collection.apiVersion, kind: collection.kind });
      }
      next = page.metadata.continue || undefined;
      if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  async #request(method: Method, reference: ObjectReference, options: RequestOptions, subresource?: string) {
    const path = `${await this.#collectionPath(reference, true)}/${encodeURIComponent(reference.name)}`;
    return await this.#transport.request(method, subresource ? `${path}/${subresource}` : path, options);
  }

  async #collectionPath(collection: CollectionReference, oneObject = false): Promise<string> {
    const { apiVersion, kind } = collection;
    const resource = await this.#discovery.resourceFor(apiVersion, kind);
    const namespace = collection.namespace ?? (oneObject ? this.defaultNamespace : undefined);
    const prefix = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    return `${versionPath(apiVersion)}${prefix}/${resource.plural}`;
  }
}

function changeQuery(options: ChangeOptions) {
  return { fieldManager: options.fieldManager, dryRun: options.dryRun ? 'All' : undefined };
}

const objectSchema = z.custom<KubernetesObject>(
  (value) => typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value,
  'the API server answered with something that is no Kubernetes object',
);

function asObject(value: unknown): KubernetesObject {
  return objectSchema.parse(value);
}
