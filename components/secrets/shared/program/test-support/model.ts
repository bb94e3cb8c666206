import type { Fields, Json } from '../desired.ts';

/**
 * Keeps what it is told under the paths at which the server's API tells it again. Knows of engines, generated
 * values and lists as much as the planner looks at, and nothing of what they do.
 */
export class Model {
  readonly data = new Map<string, Fields>();
  now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  read(path: string): Fields | undefined {
    const list = /^(.*)\?list=true$/.exec(path)?.[1];
    if (list === undefined) return this.data.get(path);
    const names = [...this.data.keys()]
      .filter((one) => one.startsWith(`${list}/`))
      .map((one) => one.slice(list.length + 1));
    return names.length > 0 ? { keys: names } : undefined;
  }

  write(method: string, path: string, body: Fields = {}): void {
    const [root = '', kind = '', name = '', ...rest] = path.split('/');
    const table = `${root}/${kind}`;
    const tuned = rest[0] === 'tune' ? asMount(this.data.get(table)?.[`${name}/`]) : undefined;
    if (tuned) {
      this.data.set(table, { ...this.data.get(table), [`${name}/`]: { ...tuned, config: body } });
      return;
    }
    if (['sys/mounts', 'sys/auth', 'sys/audit'].includes(table) && name && rest.length === 0) {
      const { [`${name}/`]: _, ...others } = this.data.get(table) ?? {};
      this.data.set(table, method === 'DELETE' ? others : { ...others, [`${name}/`]: body });
    } else if (method === 'DELETE') {
      this.data.delete(path);
    } else if (root === 'kv' && kind === 'data') {
      this.newVersion(`kv/metadata/${[name, ...rest].join('/')}`);
    } else if (path === 'pki/root/generate/internal') {
      this.data.set('pki/issuers/services', body);
    } else {
      // Settings of a key are told with the key.
      const at = /^transit\/keys\/.*\/config$/.test(path) ? path.slice(0, -'/config'.length) : path;
      this.data.set(at, { ...this.data.get(at), ...body });
    }
  }

  private newVersion(path: string): void {
    const version = Number(this.data.get(path)?.current_version ?? 0) + 1;
    const versions = { [version]: { created_time: new Date(this.now()).toISOString() } };
    this.data.set(path, { current_version: version, versions });
  }
}

function asMount(value: Json | undefined): Fields | undefined {
  return value === undefined ? undefined : (value as Fields);
}
