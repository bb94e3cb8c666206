/** The pure part: from what is wanted and what is there to what must be asked of the server. */
import { isDeepStrictEqual } from 'node:util';
import { type Connection, type Desired, type Fields, isOwned, type Json, ownedLists } from './desired.ts';

/** One request that changes the server. */
export interface Change {
  method: 'POST' | 'DELETE';
  path: string;
  body?: Fields;
  /** In words, for the log. Holds no secret. */
  why: string;
}

/** What was read of the server: the data at each path, undefined where there is nothing. */
export type Current = ReadonlyMap<string, Fields | undefined>;

/** Credentials that were read beside the program, by the name of their Secret. */
export type Credentials = ReadonlyMap<string, { version: string; data: Readonly<Record<string, string>> }>;

/** What the planner cannot know by itself. */
export interface PlanInputs {
  current: Current;
  credentials: Credentials;
  /** Milliseconds since the epoch. */
  now: number;
  /** Makes one random value. */
  random: () => string;
  /** Whether to take away what is the platform's and wanted by nobody. */
  sweep: boolean;
}

/** The paths that the planner wants to have read. Lists end with `?list=true`. */
export function readsFor(desired: readonly Desired[]): string[] {
  return [...new Set([...ownedLists.map((path) => `${path}?list=true`), ...desired.map(readAt)])];
}

function readAt(one: Desired): string {
  switch (one.kind) {
    case 'mount':
      return one.table;
    case 'generated':
      return `${one.mount}/metadata/${one.path}`;
    case 'connection':
      return one.path;
    default:
      return one.readAt ?? one.path;
  }
}

/** What has to be asked of the server, in order. Nothing when all is as wanted. */
export function planChanges(desired: readonly Desired[], inputs: PlanInputs): Change[] {
  const made = desired.flatMap((one) => changesFor(one, inputs));
  if (!inputs.sweep) return made;
  const wanted = new Set(desired.flatMap((one) => ('path' in one ? [one.path] : [])));
  const stale = ownedLists.flatMap((list) => {
    const keys = inputs.current.get(`${list}?list=true`)?.keys;
    return (Array.isArray(keys) ? keys : [])
      .filter((name): name is string => typeof name === 'string' && isOwned(name))
      .map((name) => `${list}/${name}`)
      .filter((path) => !wanted.has(path))
      .map((path): Change => ({ method: 'DELETE', path, why: `nobody wants ${path} any more` }));
  });
  return [...made, ...stale];
}

function changesFor(one: Desired, inputs: PlanInputs): Change[] {
  const there = inputs.current.get(readAt(one));
  switch (one.kind) {
    case 'mount':
      return mountChanges(one, there);
    case 'entry': {
      if (there && holds(there, one.body)) return [];
      return [post(one.path, one.body, there ? `${one.path} is not as wanted` : `${one.path} is missing`)];
    }
    case 'once':
      return there ? [] : [post(one.path, one.body, `${one.path} is missing`)];
    case 'generated':
      return generatedChanges(one, there, inputs);
    case 'connection':
      return connectionChanges(one, there, inputs.credentials);
  }
}

function mountChanges(one: Extract<Desired, { kind: 'mount' }>, table: Fields | undefined): Change[] {
  const path = `${one.table}/${one.name}`;
  const there = asFields(table?.[`${one.name}/`]);
  const body = { type: one.type, ...(one.options ? { options: one.options } : {}) };
  const tuned = tuneChanges(path, one.tune, asFields(there?.config));
  if (!there) return [post(path, body, `${path} is missing`), ...tuned];
  const options = asFields(there.options) ?? {};
  const asWanted =
    one.table === 'sys/audit'
      ? // One more option could have it write secrets in clear.
        isDeepStrictEqual({ ...options }, { ...one.options })
      : holds(options, one.options ?? {});
  if (there.type === one.type && asWanted) return tuned;
  // What records requests holds nothing and can be replaced. An engine of another type holds data: hands off.
  if (one.table !== 'sys/audit') {
    throw new Error(
      `${path} is a ${String(there.type)} engine, not ${one.type} as wanted: move it by hand first`,
    );
  }
  return [
    { method: 'DELETE', path, why: `${path} is not as wanted` },
    post(path, body, `${path} is made anew`),
  ];
}

/** The server refuses to tell the settings of an engine that is not there, so they are read off the list of all. */
function tuneChanges(path: string, wanted: Fields | undefined, there: Fields | undefined): Change[] {
  if (!wanted || holds(there ?? {}, wanted)) return [];
  return [post(`${path}/tune`, wanted, `${path} is not tuned as wanted`)];
}

function generatedChanges(
  one: Extract<Desired, { kind: 'generated' }>,
  there: Fields | undefined,
  { now, random }: PlanInputs,
): Change[] {
  const version = Number(there?.current_version ?? 0);
  const newest = asFields(asFields(there?.versions)?.[String(version)]);
  const alive = version > 0 && newest?.destroyed !== true && !newest?.deletion_time;
  const age = (now - Date.parse(String(newest?.created_time))) / 1000;
  const old = one.rotateAfter !== undefined && !(age < one.rotateAfter);
  if (alive && !old) return [];
  const data = Object.fromEntries(one.keys.map((key) => [key, random()]));
  // Compare-and-set: values that somebody wrote in the meantime are not written over.
  const body = { data, options: { cas: version } };
  const path = `${one.mount}/data/${one.path}`;
  return [post(path, body, alive ? `${path} is due for rotation` : `${path} has no values`)];
}

function connectionChanges(one: Connection, there: Fields | undefined, credentials: Credentials): Change[] {
  const found = credentials.get(one.credentials);
  if (!found) return [];
  const authority = one.authority && credentials.get(one.authority.secretName)?.data[one.authority.key];
  const { username = '', password = '' } = found.data;
  const { plugin_name: plugin, allowed_roles: roles, ...details } = one.details;
  // The server tells everything but the password; the version of the Secret says whether that changed.
  const told = {
    ...details,
    username,
    credential_version: found.version,
    ...(authority ? { tls_ca: authority } : {}),
  };
  const known = asFields(there?.connection_details) ?? {};
  const same =
    there?.plugin_name === plugin && isDeepStrictEqual(there?.allowed_roles, roles) && holds(known, told);
  if (same) return [];
  return [post(one.path, { ...one.details, ...told, password }, `${one.path} is not as wanted`)];
}

function post(path: string, body: Fields, why: string): Change {
  return { method: 'POST', path, body, why };
}

/** Whether there are these fields with these values, whatever else there is. */
function holds(there: Fields, wanted: Fields): boolean {
  return Object.entries(wanted).every(([field, value]) =>
    field.endsWith('_statements') ? isDeepStrictEqual(there[field], value) : isEqual(there[field], value),
  );
}

/** Equal as the server tells it: lists of names in any order, what is absent and what is nothing alike. */
function isEqual(there: Json | undefined, wanted: Json): boolean {
  if (there === undefined || there === null) return isNothing(wanted);
  if (Array.isArray(there) && Array.isArray(wanted)) {
    return isDeepStrictEqual([...there].sort(), [...wanted].sort());
  }
  return isDeepStrictEqual(there, wanted);
}

function isNothing(value: Json): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : value === null || value === '' || value === 0 || value === false;
}

function asFields(value: Json | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
