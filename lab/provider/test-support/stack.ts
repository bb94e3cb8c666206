import { createHash } from 'node:crypto';
import { decodeProperties, encodeProperties, type Properties } from '../property-values.ts';
import { methods } from '../protocol/service.ts';
import { differenceKinds } from '../responses.ts';
import { InitializationFailure, type Plugin } from './plugin.ts';
import { propertiesOf, type WrittenMap } from './properties.ts';

/** A resource as a stack's state records it. */
export interface Recorded {
  urn: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
  problems: string[];
}

/** What an update did to a resource. */
export interface Outcome {
  operation: 'create' | 'update' | 'replace' | 'same' | 'gone';
  /** Changed fields: `add`, `delete`, `update`, with a `!` where the field makes a replacement. */
  changes: Record<string, string>;
  deleteBeforeReplace: boolean;
  /** Undefined when the resource is gone. */
  resource?: Recorded;
}

/** Properties were refused before anything was done. */
export class CheckFailure extends Error {
  readonly failures: { property: string; reason: string }[];

  constructor(failures: { property: string; reason: string }[]) {
    super(failures.map(({ property, reason }) => `${property}: ${reason}`).join('\n'));
    this.failures = failures;
  }
}

/**
 * One stack, kept in memory: the calls that the engine makes for a program's resource, in the engine's order
 * (pkg/resource/deploy of pulumi/pulumi), without the second that starting the engine takes.
 */
export class Stack {
  readonly resources = new Map<string, Recorded>();
  readonly #plugin: Plugin;
  readonly #name: string;
  #successors = 0;

  constructor(plugin: Plugin, name: string) {
    this.#plugin = plugin;
    this.#name = name;
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:${this.#name}::transcript::${type}::${name}`;
  }

  /** Brings one resource to what the program says. */
  async up(name: string, type: string, written: WrittenMap, preview = false): Promise<Outcome> {
    const urn = this.urn(type, name);
    const old = this.resources.get(name);
    const inputs = await this.#check(urn, old, propertiesOf(written));
    if (!old)
      return { ...same, operation: 'create', resource: await this.#create(name, urn, inputs, preview) };
    const diff = await this.#diff(old, inputs);
    const isSame = Object.keys(diff.changes).length === 0 && old.problems.length === 0;
    if (isSame) return { ...diff, operation: 'same', resource: old };
    if (!Object.values(diff.changes).some((change) => change.endsWith('!'))) {
      return { ...diff, operation: 'update', resource: await this.#update(name, old, inputs, preview) };
    }
    // A successor is checked as if there had been nothing before, so that it may get a name of its own.
    const successor = await this.#check(urn, undefined, propertiesOf(written), ++this.#successors);
    if (diff.deleteBeforeReplace && !preview) await this.#delete(old);
    const resource = await this.#create(name, urn, successor, preview);
    if (!diff.deleteBeforeReplace && !preview) await this.#delete(old);
    return { ...diff, operation: 'replace', resource };
  }

  /** Records what is live; the outcome tells what the next update would change. */
  async refresh(name: string): Promise<Outcome> {
    const old = this.#recorded(name);
    const resource = await this.#read(old);
    if (!resource) {
      this.resources.delete(name);
      return { ...same, operation: 'gone' };
    }
    this.resources.set(name, resource);
    const diff = await this.#diff(resource, old.inputs);
    return { ...diff, operation: Object.keys(diff.changes).length === 0 ? 'same' : 'update', resource };
  }

  /** Takes an existing object in; the outcome tells how the program's inputs differ from it. */
  async import(name: string, type: string, id: string, written: WrittenMap): Promise<Outcome> {
    const urn = this.urn(type, name);
    const nothing = propertiesOf({});
    const resource = await this.#read({ urn, id, inputs: nothing, outputs: nothing, problems: [] }, true);
    if (!resource) throw new Error(`${id} does not exist`);
    this.resources.set(name, resource);
    const inputs = await this.#check(urn, resource, propertiesOf(written));
    const diff = await this.#diff(resource, inputs);
    return { ...diff, operation: Object.keys(diff.changes).length === 0 ? 'same' : 'update', resource };
  }

  async destroy(name: string): Promise<void> {
    await this.#delete(this.#recorded(name));
    this.resources.delete(name);
  }

  #recorded(name: string): Recorded {
    const recorded = this.resources.get(name);
    if (!recorded) throw new Error(`the stack has no resource ${name}`);
    return recorded;
  }

  async #check(urn: string, old: Recorded | undefined, news: Properties, seed = 0): Promise<Properties> {
    const { inputs, failures } = await this.#plugin.call(methods.check, {
      urn,
      olds: encodeProperties(old?.inputs ?? propertiesOf({})),
      news: encodeProperties(news),
      randomSeed: createHash('sha256').update(`${urn} ${seed}`).digest(),
      autonaming: null,
    });
    if (failures.length > 0) throw new CheckFailure(failures);
    return decodeProperties(inputs);
  }

  async #diff(old: Recorded, inputs: Properties): Promise<Pick<Outcome, 'changes' | 'deleteBeforeReplace'>> {
    const { detailedDiff, deleteBeforeReplace } = await this.#plugin.call(methods.diff, {
      id: old.id,
      urn: old.urn,
      oldInputs: encodeProperties(old.inputs),
      olds: encodeProperties(old.outputs),
      news: encodeProperties(inputs),
    });
    const changes = Object.entries(detailedDiff).map(([path, { kind }]) => [
      path,
      changeNames.get(kind) ?? '',
    ]);
    return { changes: Object.fromEntries(changes), deleteBeforeReplace };
  }

  async #create(name: string, urn: string, inputs: Properties, preview: boolean): Promise<Recorded> {
    return await this.#recording(name, urn, inputs, preview, async () => {
      const properties = encodeProperties(inputs);
      return await this.#plugin.call(methods.create, { urn, properties, preview, timeout: 0 });
    });
  }

  async #update(name: string, old: Recorded, inputs: Properties, preview: boolean): Promise<Recorded> {
    return await this.#recording(name, old.urn, inputs, preview, async () => {
      const { properties } = await this.#plugin.call(methods.update, {
        id: old.id,
        urn: old.urn,
        oldInputs: encodeProperties(old.inputs),
        olds: encodeProperties(old.outputs),
        news: encodeProperties(inputs),
        preview,
        timeout: 0,
      });
      return { id: old.id, properties };
    });
  }

  async #read(old: Recorded, isImport = false): Promise<Recorded | undefined> {
    try {
      const { id, properties, inputs } = await this.#plugin.call(methods.read, {
        id: old.id,
        urn: old.urn,
        inputs: isImport ? new Uint8Array() : encodeProperties(old.inputs),
        properties: isImport ? new Uint8Array() : encodeProperties(old.outputs),
      });
      if (id === '') return undefined;
      return {
        urn: old.urn,
        id,
        inputs: inputs?.length ? decodeProperties(inputs) : old.inputs,
        outputs: decodeProperties(properties ?? new Uint8Array()),
        problems: [],
      };
    } catch (error) {
      if (!(error instanceof InitializationFailure)) throw error;
      const { id, outputs, reasons } = error;
      return { urn: old.urn, id, inputs: error.inputs ?? old.inputs, outputs, problems: reasons };
    }
  }

  async #delete(old: Recorded): Promise<void> {
    await this.#plugin.call(methods.delete, {
      id: old.id,
      urn: old.urn,
      oldInputs: encodeProperties(old.inputs),
      properties: encodeProperties(old.outputs),
      timeout: 0,
    });
  }

  async #recording(
    name: string,
    urn: string,
    inputs: Properties,
    preview: boolean,
    work: () => Promise<{ id: string; properties: Uint8Array }>,
  ): Promise<Recorded> {
    let recorded: Recorded;
    try {
      const { id, properties } = await work();
      recorded = { urn, id, inputs, outputs: decodeProperties(properties), problems: [] };
    } catch (error) {
      if (!(error instanceof InitializationFailure)) throw error;
      const { id, outputs, reasons } = error;
      recorded = { urn, id, inputs: error.inputs ?? inputs, outputs, problems: reasons };
    }
    if (!preview) this.resources.set(name, recorded);
    return recorded;
  }
}

const same = { changes: {}, deleteBeforeReplace: false };

const changeNames = new Map(
  Object.entries({
    add: differenceKinds.added,
    delete: differenceKinds.removed,
    update: differenceKinds.changed,
  }).flatMap(([name, [inPlace, replacing]]) => [
    [inPlace as number, name],
    [replacing as number, `${name}!`],
  ]),
);
