import type { ServiceContract } from '../contract/index.ts';
import type { Component } from './component.ts';
import type { NeededSubscription, Needs } from './needs.ts';

/**
 * One difference between what code uses and what the contract grants.
 *
 * @example
 * const difference: Difference = {
 *   component: 'kafka', path: 'publishes', problem: 'publishes orders.placed 2; the contract grants orders.placed 1',
 *   fix: 'publish version 1, or raise publishes[0].version', refused: true,
 * };
 */
export interface Difference {
  /** The component that needs it; undefined when no component uses what the contract grants. */
  readonly component?: string;
  /** Where in the contract. */
  readonly path: string;
  readonly problem: string;
  readonly fix: string;
  /** Whether the service must not start: the code needs what is not granted. */
  readonly refused: boolean;
}

/**
 * Code needs what its contract does not grant. Says everything at once.
 *
 * @example
 * if (error instanceof NotGrantedError) for (const { component, problem } of error.differences) console.error(component, problem);
 */
export class NotGrantedError extends Error {
  override readonly name = 'NotGrantedError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'NOT_GRANTED';
  /** Never empty, all of them `refused`. */
  readonly differences: readonly Difference[];

  constructor(service: string, differences: readonly Difference[]) {
    const lines = differences.map(
      ({ component, path, problem, fix }) => `${path}: ${component} ${problem}: ${fix}`,
    );
    super(`${service} needs what its contract does not grant:\n${lines.join('\n')}`);
    this.differences = differences;
  }
}

/** Something a contract can grant or code can need, by a key under which the two are compared. */
interface Item {
  readonly key: string;
  readonly path: string;
  /** To be read after `needs` or `grants`. */
  readonly text: string;
}

interface NeededItem extends Item {
  readonly component: string;
}

/**
 * Compares what components need with what a contract grants. What is needed and not granted is refused; what is
 * granted and not used is only told.
 *
 * @example
 * for (const { problem } of compareWithContract(contract, components)) console.log(problem);
 */
export function compareWithContract(
  contract: ServiceContract,
  components: readonly Component[],
): Difference[] {
  const needed = components.flatMap(({ name, needs }) => neededItems(contract, name, needs ?? {}));
  const granted = grantedItems(contract);
  const keys = new Set(granted.map(({ key }) => key));
  const used = new Set(needed.map(({ key }) => key));
  const differences: Difference[] = [];
  for (const { key, component, path, text } of needed) {
    if (keys.has(key)) continue;
    const near = granted
      .filter((item) => item.path.replace(/\[\d+\].*$/, '') === path)
      .map((item) => item.text);
    const grants = near.length === 0 ? 'nothing of the kind' : near.join(', ');
    differences.push({
      component,
      path,
      problem: `needs ${text}; granted is ${grants}`,
      fix: `grant it under ${path}, or don't use it`,
      refused: true,
    });
  }
  for (const { key, path, text } of granted) {
    if (used.has(key)) continue;
    differences.push({
      path,
      problem: `grants ${text}, which no component uses`,
      fix: 'take it out of the contract, or give the component that uses it to the service',
      refused: false,
    });
  }
  return differences;
}

function neededItems(contract: ServiceContract, component: string, needs: Needs): NeededItem[] {
  const items: NeededItem[] = [];
  const add = (path: string, key: string, text: string) => items.push({ component, path, key, text });
  for (const { kind, port } of needs.apis ?? []) {
    const suffix = port === undefined ? '' : ` on port ${port}`;
    const grantedPort = contract.apis[kind]?.port;
    add('apis', apiKey(kind, port ?? grantedPort), `an API of ${kind}${suffix}`);
  }
  for (const { service, api = 'http', operations = [] } of needs.calls ?? []) {
    // Code that names no operation may call all that are granted.
    const granted = contract.calls.find((call) => call.service === service && call.api === api)?.operations;
    if (operations.length === 0 && !granted)
      add('calls', callKey(service, api), `calls to ${service} (${api})`);
    for (const operation of operations.length === 0 ? (granted ?? []) : operations) {
      add('calls', callKey(service, api, operation), `calls to ${operation} of ${service} (${api})`);
    }
  }
  for (const { topic, version, key } of needs.publishes ?? []) {
    add('publishes', topicKey(topic, version), `to publish ${topic} ${version}`);
    const publication = contract.publishes.find((other) => other.topic === topic);
    if (key !== undefined && publication && publication.key !== key) {
      add('publishes', `key ${topic} ${key}`, `${topic} in the order of ${key}`);
    }
  }
  for (const subscription of needs.consumes ?? []) {
    const { topic, version } = subscription;
    const group = subscription.group ?? grantedGroup(contract, subscription);
    add('consumes', topicKey(topic, version, group), `to read ${topic} ${version} in the group ${group}`);
  }
  if (needs.database)
    add('database', engineKey('database', needs.database), `a database of ${needs.database}`);
  if (needs.documents)
    add('documents', engineKey('documents', needs.documents), `documents of ${needs.documents}`);
  if (needs.cache) add('cache', 'cache', 'a cache');
  for (const { name, access } of needs.queues ?? []) {
    for (const right of rights(access, 'send', 'receive'))
      add('queues', accessKey(name, right), `to ${right} ${name}`);
  }
  for (const { name, access } of needs.buckets ?? []) {
    for (const right of rights(access, 'read', 'write'))
      add('buckets', accessKey(name, right), `to ${right} ${name}`);
  }
  for (const name of needs.secrets ?? []) add('secrets', `secret ${name}`, `the secret ${name}`);
  for (const host of needs.egress ?? []) add('egress', hostKey(host), `to reach ${host}`);
  return items;
}

function grantedItems(contract: ServiceContract): Item[] {
  const items: Item[] = [];
  const add = (path: string, key: string, text: string) => items.push({ path, key, text });
  for (const [kind, api] of Object.entries(contract.apis)) {
    if (api) add('apis', apiKey(kind, api.port), `an API of ${kind} on port ${api.port}`);
  }
  contract.calls.forEach(({ service, api, operations }, index) => {
    for (const operation of operations) {
      add(`calls[${index}]`, callKey(service, api, operation), `${operation} of ${service} (${api})`);
    }
  });
  contract.publishes.forEach(({ topic, version, key }, index) => {
    add(`publishes[${index}]`, topicKey(topic, version), `${topic} ${version} in the order of ${key}`);
  });
  contract.consumes.forEach(({ topic, version, group }, index) => {
    add(`consumes[${index}]`, topicKey(topic, version, group), `${topic} ${version} in the group ${group}`);
  });
  const { database, documents, cache } = contract;
  if (database) add('database', engineKey('database', database.engine), `a database of ${database.engine}`);
  if (documents)
    add('documents', engineKey('documents', documents.engine), `documents of ${documents.engine}`);
  if (cache) add('cache', 'cache', 'a cache');
  contract.queues.forEach(({ name, access }, index) => {
    for (const right of rights(access, 'send', 'receive'))
      add(`queues[${index}]`, accessKey(name, right), `${right} ${name}`);
  });
  contract.buckets.forEach(({ name, access }, index) => {
    for (const right of rights(access, 'read', 'write'))
      add(`buckets[${index}]`, accessKey(name, right), `${right} ${name}`);
  });
  contract.secrets.forEach(({ name }, index) => {
    add(`secrets[${index}]`, `secret ${name}`, `the secret ${name}`);
  });
  contract.egress.forEach(({ host, port }, index) => {
    add(`egress[${index}]`, hostKey(`${host}:${port}`), `${host}:${port}`);
  });
  return items;
}

const apiKey = (kind: string, port: number | undefined) => `api ${kind} ${port}`;
const callKey = (service: string, api: string, operation?: string) =>
  `call ${service} ${api} ${operation ?? ''}`;
const topicKey = (topic: string, version: number, group?: string) =>
  `topic ${topic} ${version} ${group ?? ''}`;
const engineKey = (kind: string, engine: string) => `${kind} ${engine}`;
const accessKey = (name: string, right: string) => `access ${name} ${right}`;
const hostKey = (host: string) => `host ${/:\d+$/.test(host) ? host : `${host}:443`}`;

function rights<Right extends string>(access: Right | 'both', one: Right, other: Right): Right[] {
  return access === 'both' ? [one, other] : [access];
}

function grantedGroup(contract: ServiceContract, { topic }: NeededSubscription): string {
  return contract.consumes.find((other) => other.topic === topic)?.group ?? contract.name;
}
