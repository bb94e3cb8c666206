/** What the program does with the Kubernetes API, in its own namespace only. */
import type { Json } from './desired.ts';
import { type Answer, type Endpoint, RefusedError, send } from './request.ts';

/** Part of an object. */
export interface ClusterObject {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string };
  data?: Record<string, string>;
  spec?: Record<string, unknown>;
}

/** The Kubernetes API, as the program's service account sees it. */
export class Cluster {
  private readonly endpoint: Endpoint;
  private readonly token: string;
  private readonly namespace: string;

  constructor(endpoint: Endpoint, token: string, namespace: string) {
    this.endpoint = endpoint;
    this.token = token;
    this.namespace = namespace;
  }

  /** An object, or undefined. */
  async get(path: string): Promise<ClusterObject | undefined> {
    const answer = await this.send('GET', path);
    if (answer.status === 404) return undefined;
    return refuse('GET', path, answer).body as ClusterObject;
  }

  async list(path: string): Promise<ClusterObject[]> {
    const answer = refuse('GET', path, await this.send('GET', path));
    return (answer.body as { items: ClusterObject[] }).items;
  }

  /**
   * Makes an object, or replaces the version that was read.
   * @throws RefusedError with status 409 when somebody else changed it in the meantime
   */
  async write(
    collection: string,
    object: ClusterObject & { apiVersion: string; kind: string },
  ): Promise<ClusterObject> {
    const exists = object.metadata.resourceVersion !== undefined;
    const path = exists ? `${collection}/${object.metadata.name}` : collection;
    const method = exists ? 'PUT' : 'POST';
    return refuse(method, path, await this.send(method, path, object as unknown as Json))
      .body as ClusterObject;
  }

  /** Deletes an object if it is still the one that is meant. */
  async delete(path: string, uid: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const answer = await this.send('DELETE', path, body);
    if (answer.status !== 404 && answer.status !== 409) refuse('DELETE', path, answer);
  }

  private send(method: string, path: string, body?: Json): Promise<Answer> {
    const group = path.startsWith('leases') ? '/apis/coordination.k8s.io/v1' : '/api/v1';
    return send(this.endpoint, {
      method,
      path: `${group}/namespaces/${this.namespace}/${path}`,
      headers: { authorization: `Bearer ${this.token}` },
      ...(body === undefined ? {} : { body }),
    });
  }
}

function refuse(method: string, path: string, answer: Answer): Answer {
  if (answer.status >= 400) throw new RefusedError(method, path, answer);
  return answer;
}
