/**
 * What the server should hold, as data. These types are the language between the platform, which writes them into
 * ConfigMaps, and the configuration program, which makes the server so.
 */

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The fields of an object of the API. */
export type Fields = { readonly [field: string]: Json };

/** An engine for secrets, or a method of authentication. */
export interface Mount {
  kind: 'mount';
  /** Where the API lists it: `sys/mounts`, `sys/auth`, or `sys/audit` for what records every request. */
  table: 'sys/mounts' | 'sys/auth' | 'sys/audit';
  name: string;
  type: string;
  options?: Readonly<Record<string, string>>;
  /** Settings that it is tuned to, which the API lists under `config`. @default the server's own */
  tune?: Fields;
}

/** An object that can be written again: it has these fields, whatever else it has. */
export interface Entry {
  kind: 'entry';
  path: string;
  /** Where it is read, when that is elsewhere. @default path */
  readAt?: string;
  body: Fields;
}

/** Something that is made if it is not there, and never made again: a key. */
export interface Once {
  kind: 'once';
  path: string;
  /** Where it can be seen whether it is there. */
  readAt: string;
  body: Fields;
}

/** Random values that the program makes, and makes anew when they are old. */
export interface Generated {
  kind: 'generated';
  /** Mount of the key-value engine. */
  mount: string;
  path: string;
  keys: readonly string[];
  /** Age in seconds at which they are made anew. @default never */
  rotateAfter?: number;
}

/** A database in which the server makes users. */
export interface Connection {
  kind: 'connection';
  path: string;
  /** What the server is to know, without the credentials. */
  details: Fields;
  /** The Secret beside the program with `username` and `password`, and perhaps the database's authority. */
  credentials: string;
  authority?: { secretName: string; key: string };
}

/** One thing that the server should hold. They are made in the order in which they stand. */
export type Desired = Mount | Entry | Once | Generated | Connection;

/**
 * Lists in which every name with a dot is the platform's: `<service>.<namespace>`. What is there and wanted by
 * nobody any more is taken away. Keys and secrets are in none of these lists: they are never deleted.
 */
export const ownedLists = [
  'sys/policies/acl',
  'auth/kubernetes/role',
  'database/roles',
  'pki/roles',
] as const;

/** Whether a name in such a list is the platform's. */
export function isOwned(name: string): boolean {
  return name.includes('.');
}

/** Everything the program is told, as the platform writes it. */
export interface Configuration {
  /** Addresses of all nodes, the first one first. */
  nodes: readonly string[];
  /** Pod and volume claim of the first node, for the one case in which it has to begin anew. */
  first: { pod: string; claim: string };
  /** How the key is divided, and who unseals. */
  division: { shares: number; threshold: number };
  unsealing: 'stored-keys' | 'people' | 'cloud';
  /** How the program itself logs in, once the first token is revoked. */
  login: { mount: string; role: string };
  /** What must be there before the program can log in. Made with the first token. */
  base: readonly Desired[];
  /** Everything else that the platform wants. */
  objects: readonly Desired[];
}

/** Label of the ConfigMaps that each hold what one service wants. */
export const clientLabel = 'ninefold.dev/secrets-client';

/** Key of a ConfigMap under which its data stand. */
export const dataKey = 'desired.json';

/** Secret in which the program keeps how far initialising has come. */
export const stateSecret = 'initialisation';

/** Secret that holds the certificate of the server's authority and nothing else. */
export const authoritySecret = 'secrets-authority';
