import { createHash } from 'node:crypto';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js';
import { decodeProperties, encodeProperties, type Properties } from '../property-values.ts';
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
  readonly failures: { path: string; reason: string }[];

  constructor(failures: { path: string; reason: string }[]) {
    super(failures.map(({ path, reason }) => `${path}: ${reason}`).join('\n'));
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
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setOlds(old ? encodeProperties(old.inputs) : encodeProperties(propertiesOf({})));
    request.setNews(encodeProperties(news));
    request.setRandomseed(createHash('sha256').update(`${urn} ${seed}`).digest());
    const response = await this.#call<messages.CheckResponse>((done) =>
      this.#plugin.client.check(request, done),
    );
    const failures = response
      .getFailuresList()
      .map((failure) => ({ path: failure.getProperty(), reason: failure.getReason() }));
    if (failures.length > 0) throw new CheckFailure(failures);
    return decodeProperties(response.getInputs());
  }

  async #diff(old: Recorded, inputs: Properties): Promise<Pick<Outcome, 'changes' | 'deleteBeforeReplace'>> {
    const request = new messages.DiffRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    request.setOldInputs(encodeProperties(old.inputs));
    request.setOlds(encodeProperties(old.outputs));
    request.setNews(encodeProperties(inputs));
    const response = await this.#call<messages.DiffResponse>((done) =>
      this.#plugin.client.diff(request, done),
    );
    const changes: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((difference, path) => {
      changes[path] = changeNames[difference.getKind()] ?? '';
    });
    return { changes, deleteBeforeReplace: response.getDeletebeforereplace() };
  }

  async #create(name: string, urn: string, inputs: Properties, preview: boolean): Promise<Recorded> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(encodeProperties(inputs));
    request.setPreview(preview);
    return await this.#recording(name, urn, inputs, preview, async () => {
      const response = await this.#call<messages.CreateResponse>((done) =>
        this.#plugin.client.create(request, done),
      );
      return { id: response.getId(), outputs: response.getProperties() };
    });
  }

  async #update(name: string, old: Recorded, inputs: Properties, preview: boolean): Promise<Recorded> {
    const request = new messages.UpdateRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    request.setOldInputs(encodeProperties(old.inputs));
    request.setOlds(encodeProperties(old.outputs));
    request.setNews(encodeProperties(inputs));
    request.setPreview(preview);
    return await this.#recording(name, old.urn, inputs, preview, async () => {
      const response = await this.#call<messages.UpdateResponse>((done) =>
        this.#plugin.client.update(request, done),
      );
      return { id: old.id, outputs: response.getProperties() };
    });
  }

  async #read(old: Recorded, isImport = false): Promise<Recorded | undefined> {
    const request = new messages.ReadRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    if (!isImport) {
      request.setInputs(encodeProperties(old.inputs));
      request.setProperties(encodeProperties(old.outputs));
    }
    try {
      const response = await this.#call<messages.ReadResponse>((done) =>
        this.#plugin.client.read(request, done),
      );
      if (response.getId() === '') return undefined;
      return {
        urn: old.urn,
        id: response.getId(),
        inputs: response.hasInputs() ? decodeProperties(response.getInputs()) : old.inputs,
        outputs: decodeProperties(response.getProperties()),
        problems: [],
      };
    } catch (error) {
      if (!(error instanceof InitializationFailure)) throw error;
      const { id, outputs, reasons } = error;
      return { urn: old.urn, id, inputs: error.inputs ?? old.inputs, outputs, problems: reasons };
    }
  }

  async #delete(old: Recorded): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    request.setOldInputs(encodeProperties(old.inputs));
    request.setProperties(encodeProperties(old.outputs));
    await this.#call((done) => this.#plugin.client.delete(request, done));
  }

  async #recording(
    name: string,
    urn: string,
    inputs: Properties,
    preview: boolean,
    work: () => Promise<{ id: string; outputs: Struct | undefined }>,
  ): Promise<Recorded> {
    let recorded: Recorded;
    try {
      const { id, outputs } = await work();
      recorded = { urn, id, inputs, outputs: decodeProperties(outputs), problems: [] };
    } catch (error) {
      if (!(error instanceof InitializationFailure)) throw error;
      const { id, outputs, reasons } = error;
      recorded = { urn, id, inputs: error.inputs ?? inputs, outputs, problems: reasons };
    }
    if (!preview) this.resources.set(name, recorded);
    return recorded;
  }

  #call<Response>(start: Parameters<Plugin['call']>[0]): Promise<Response> {
    return this.#plugin.call(start) as Promise<Response>;
  }
}

const same = { changes: {}, deleteBeforeReplace: false };

const changeNames: Record<number, string> = {
  [messages.PropertyDiff.Kind.ADD]: 'add',
  [messages.PropertyDiff.Kind.ADD_REPLACE]: 'add!',
  [messages.PropertyDiff.Kind.DELETE]: 'delete',
  [messages.PropertyDiff.Kind.DELETE_REPLACE]: 'delete!',
  [messages.PropertyDiff.Kind.UPDATE]: 'update',
  [messages.PropertyDiff.Kind.UPDATE_REPLACE]: 'update!',
};
