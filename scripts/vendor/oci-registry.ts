/** The part of the OCI distribution protocol by which charts and digests of images are had, without an account. */
import * as z from 'zod';
import {
  type Answer,
  fetchBytes,
  fetchFrom,
  type FetchOptions,
  fetchText,
  RefusedRequestError,
} from '../../lab/toolchain/hosts.ts';
import { schemeFor } from './addresses.ts';

const chartLayer = /^application\/(vnd\.cncf\.helm\.chart\.content\.v1\.tar\+gzip|tar\+gzip)$/;

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const manifestSchema = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string() })).min(1),
});

const tagsSchema = z.object({ tags: z.array(z.string()).nullable() });

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** How a registry is asked. */
export type RegistryOptions = Pick<FetchOptions, 'patienceMs' | 'signal'>;

/** One repository of a registry. */
export class OciRepository {
  readonly name: string;
  private readonly base: string;
  private readonly options: RegistryOptions;
  /** What the registry wants to see; got when it first asks for it. */
  private authorization: string | undefined;

  /** @param name `host/path`, without a scheme */
  constructor(name: string, options: RegistryOptions) {
    this.name = name;
    this.options = options;
    const [host = '', ...path] = name.split('/');
    // The registry that everybody calls docker.io answers under another name.
    const answering = host === 'docker.io' ? 'registry-1.docker.io' : host;
    this.base = `${schemeFor(host)}://${answering}/v2/${path.join('/')}`;
  }

  /** The digest of the chart with this tag, as its manifest states it. */
  async chartDigest(tag: string): Promise<string> {
    const address = `${this.base}/manifests/${tag.replaceAll('+', '_')}`;
    const text = await this.ask((headers) => fetchText(address, this.with(headers)));
    const { layers } = manifestSchema.parse(JSON.parse(text));
    const layer = layers.find(({ mediaType }) => chartLayer.test(mediaType));
    if (!layer) throw new Error(`${address} is no chart: it has no layer with a chart's archive`);
    return layer.digest;
  }

  /** What a digest stands for. */
  async blob(digest: string): Promise<Buffer> {
    return this.ask((headers) => fetchBytes(`${this.base}/blobs/${digest}`, this.with(headers)));
  }

  /** The digest that a tag points to now; undefined when the registry does not state it. */
  async tagDigest(tag: string): Promise<string | undefined> {
    const address = `${this.base}/manifests/${tag}`;
    const answer: Answer = await this.ask((headers) =>
      fetchFrom(address, { ...this.with(headers), method: 'HEAD' }),
    );
    return answer.header('docker-content-digest');
  }

  /** All tags. */
  async tags(): Promise<string[]> {
    const text = await this.ask((headers) => fetchText(`${this.base}/tags/list?n=10000`, this.with(headers)));
    return (tagsSchema.parse(JSON.parse(text)).tags ?? []).map((tag) => tag.replaceAll('_', '+'));
  }

  private with(headers: Readonly<Record<string, string>>): FetchOptions {
    return { ...this.options, headers: { accept: manifestTypes, ...headers } };
  }

  /** Asks; where the registry first wants an anonymous token, gets one and asks again. */
  private async ask<T>(request: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
    try {
      return await request(this.authorization ? { authorization: this.authorization } : {});
    } catch (error) {
      if (!(error instanceof RefusedRequestError) || error.status !== 401 || this.authorization) throw error;
      this.authorization = await this.anonymousToken(error.challenge);
      return request({ authorization: this.authorization });
    }
  }

  private async anonymousToken(challenge = ''): Promise<string> {
    const fields = new Map(
      [...challenge.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    );
    const realm = fields.get('realm');
    if (!/^Bearer /i.test(challenge) || !realm) {
      throw new Error(`${this.name} wants an account, and vendoring has none`);
    }
    const address = new URL(realm);
    for (const key of ['service', 'scope']) {
      const value = fields.get(key);
      if (value) address.searchParams.set(key, value);
    }
    const { token, access_token } = tokenSchema.parse(
      JSON.parse(await fetchText(address.href, this.options)),
    );
    return `Bearer ${token ?? access_token}`;
  }
}
