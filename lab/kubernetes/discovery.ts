import * as z from 'zod';
import { isNotFound, UnknownKindError } from './errors.ts';
import type { Transport } from './transport.ts';

/** How one kind is addressed. */
export interface ApiResource {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** For example `list`, `watch`, `patch`, `delete`. */
  verbs: string[];
}

const resourceListSchema = z.looseObject({
  resources: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      namespaced: z.boolean(),
      verbs: z.array(z.string()).default([]),
    }),
  ),
});

/** Versions come in the order of preference. */
const groupListSchema = z.looseObject({
  groups: z.array(z.looseObject({ versions: z.array(z.looseObject({ groupVersion: z.string() })) })),
});

/** Which kinds the API server serves, asked once per API version and again when a kind is missing. */
export class Discovery {
  readonly #transport: Transport;
  readonly #known = new Map<string, Map<string, ApiResource>>();
  readonly #asking = new Map<string, Promise<Map<string, ApiResource>>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** How a kind is addressed. @throws {UnknownKindError} when the server does not serve it at this moment. */
  async resourceFor(apiVersion: string, kind: string): Promise<ApiResource> {
    const known = this.#known.get(apiVersion)?.get(kind);
    if (known) return known;
    const found = (await this.#ask(apiVersion)).get(kind);
    if (!found) throw new UnknownKindError(apiVersion, kind);
    return found;
  }

  /** Every kind that can be listed, each in the most preferred of the versions that serve it, asked anew. */
  async allResources(): Promise<ApiResource[]> {
    const { groups } = groupListSchema.parse(await this.#transport.request('GET', '/apis'));
    const byGroup = await Promise.all(
      [['v1'], ...groups.map(({ versions }) => versions.map((one) => one.groupVersion))].map((versions) =>
        Promise.all(versions.map((apiVersion) => this.#ask(apiVersion))),
      ),
    );
    return byGroup
      .flatMap((lists) => {
        // A group need not serve every kind in its preferred version.
        const kinds = new Map<string, ApiResource>();
        for (const resource of lists.flatMap((list) => [...list.values()])) {
          if (!kinds.has(resource.plural)) kinds.set(resource.plural, resource);
        }
        return [...kinds.values()];
      })
      .filter((resource) => resource.verbs.includes('list'));
  }

  #ask(apiVersion: string): Promise<Map<string, ApiResource>> {
    const asking = this.#asking.get(apiVersion);
    if (asking) return asking;
    const answer = this.#fetch(apiVersion).finally(() => this.#asking.delete(apiVersion));
    this.#asking.set(apiVersion, answer);
    return answer;
  }

  async #fetch(apiVersion: string): Promise<Map<string, ApiResource>> {
    const kinds = new Map<string, ApiResource>();
    try {
      const list = resourceListSchema.parse(await this.#transport.request('GET', versionPath(apiVersion)));
      for (const { name, kind, namespaced, verbs } of list.resources) {
        // `deployments/status` and its like are parts of an object, not objects.
        if (!name.includes('/')) kinds.set(kind, { apiVersion, kind, plural: name, namespaced, verbs });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#known.set(apiVersion, kinds);
    return kinds;
  }
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
