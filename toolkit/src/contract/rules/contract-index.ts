import type { Call, Publication, Queue, ServiceContract, Subscription } from '../generated/types.ts';
import type { LoadedContract } from '../references.ts';

/** An entry of a list in a contract. */
export interface Entry<Item> {
  readonly owner: LoadedContract;
  readonly index: number;
  readonly item: Item;
}

/** Contracts with their calls, topics and queues by name. */
export class ContractIndex {
  /** By the name of the service; of several with one name, the first. */
  readonly byName: ReadonlyMap<string, LoadedContract>;
  readonly contracts: readonly LoadedContract[];
  readonly publications: ReadonlyMap<string, readonly Entry<Publication>[]>;
  readonly subscriptions: ReadonlyMap<string, readonly Entry<Subscription>[]>;
  readonly queues: ReadonlyMap<string, readonly Entry<Queue>[]>;
  readonly calls: readonly Entry<Call>[];
  readonly options: CheckOptions;

  constructor(contracts: readonly LoadedContract[], options: CheckOptions) {
    // By name, so that which of two contracts is blamed does not depend on the order of files.
    this.contracts = [...contracts].sort((left, right) =>
      compareNames(left.contract.name, right.contract.name),
    );
    this.byName = new Map(this.contracts.toReversed().map((loaded) => [loaded.contract.name, loaded]));
    const entries = <Item>(list: (contract: ServiceContract) => readonly Item[]) =>
      this.contracts.flatMap((owner) => entriesOf(owner, list(owner.contract)));
    this.publications = Map.groupBy(
      entries(({ publishes }) => publishes),
      ({ item }) => item.topic,
    );
    this.subscriptions = Map.groupBy(
      entries(({ consumes }) => consumes),
      ({ item }) => item.topic,
    );
    this.queues = Map.groupBy(
      entries(({ queues }) => queues),
      ({ item }) => item.name,
    );
    this.calls = entries(({ calls }) => calls);
    this.options = options;
  }

  /** Whether contracts are missing here that may hold what others refer to. */
  get isPartial(): boolean {
    return (this.options.unread ?? []).length > 0;
  }

  /** Whether a service may be one whose contract could not be read. */
  mayExist(service: string): boolean {
    return (this.options.unread ?? []).some((name) => name === undefined || name === service);
  }
}

/**
 * How {@link checkContracts} checks.
 *
 * @example
 * const options: CheckOptions = { maximumAttempts: 4 };
 */
export interface CheckOptions {
  /**
   * Most attempts that a service may see for one request at the start of a call path, when every caller on the path
   * retries as often as it may. @default 8: one retry each over three calls
   */
  readonly maximumAttempts?: number;
  /**
   * Names of services whose contracts could not be read, or undefined where not even the name could: what refers to
   * them is not held against others. @default []
   */
  readonly unread?: readonly (string | undefined)[];
}

function entriesOf<Item>(owner: LoadedContract, items: readonly Item[]): Entry<Item>[] {
  return items.map((item, index) => ({ owner, index, item }));
}

function compareNames(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
