import { incompatibilities } from '../../compatibility/index.ts';
import type { Publication } from '../../generated/types.ts';
import { formatValue, nearest } from '../../violation.ts';
import type { Entry } from '../contract-index.ts';
import type { SetRule } from '../rule.ts';

/** What is read is published by somebody. */
export const topicsHaveProducers: SetRule = function* (contracts) {
  if (contracts.isPartial) return;
  for (const [topic, subscriptions] of contracts.subscriptions) {
    if (contracts.publications.has(topic)) continue;
    const meant = nearest(topic, contracts.publications.keys());
    for (const { owner: about, index } of subscriptions) {
      yield {
        about,
        rule: 'topic-without-producer',
        path: ['consumes', index, 'topic'],
        problem: 'is published by no service',
        allowed: [...contracts.publications.keys()].join(', ') || 'nothing: no service publishes a topic',
        fix: meant === undefined ? 'Publish it, or remove it here.' : `Write ${meant}.`,
      };
    }
  }
};

/** A topic is one thing, however many services publish to it. */
export const producersAgree: SetRule = function* ({ publications }) {
  for (const [first, ...others] of publications.values()) {
    if (first === undefined) continue;
    for (const other of others) {
      if (other.owner === first.owner) continue;
      for (const field of differences(first, other)) {
        const agreed =
          field === 'schema'
            ? `what ${first.item.schema} of ${first.owner.contract.name} says`
            : formatValue(first.item[field]);
        yield {
          about: other.owner,
          rule: 'producers-disagree',
          path: ['publishes', other.index, field],
          problem: `is not what ${first.owner.contract.name} says of the same topic`,
          allowed: agreed,
          fix: `Write the same in both, or let only one of them publish ${first.item.topic}.`,
        };
      }
    }
  }
};

function differences(first: Entry<Publication>, other: Entry<Publication>): (keyof Publication)[] {
  const fields = [
    'version',
    'key',
    'partitions',
    'retention',
    'cleanup',
    'compatibility',
    'classification',
  ] as const;
  const different: (keyof Publication)[] = fields.filter(
    (field) => formatValue(first.item[field]) !== formatValue(other.item[field]),
  );
  const [left, right] = [schemaOf(first), schemaOf(other)];
  if (left !== undefined && right !== undefined) {
    const same = incompatibilities(left, right).length === 0 && incompatibilities(right, left).length === 0;
    if (!same) different.push('schema');
  }
  return different;
}

function schemaOf({ owner, item }: Entry<Publication>) {
  return owner.references.schemas[item.schema];
}

/** A reader understands what is written now, whichever version it was made for. */
export const consumersCanRead: SetRule = function* ({ publications, subscriptions }) {
  for (const [topic, readers] of subscriptions) {
    const publication = publications.get(topic)?.[0];
    if (publication === undefined) continue;
    const { item, owner: publisher } = publication;
    const versions = new Map([...item.previous, item].map(({ version, schema }) => [version, schema]));
    const written = publisher.references.schemas[item.schema];
    for (const { owner: about, index, item: reader } of readers) {
      const published = versions.get(reader.version);
      if (published === undefined) {
        yield {
          about,
          rule: 'unknown-version',
          path: ['consumes', index, 'version'],
          problem: `is no version of ${topic} that ${publisher.contract.name} knows`,
          allowed: [...versions.keys()].join(', '),
          fix: `Write ${item.version}, the version published now.`,
        };
        continue;
      }
      const reading =
        reader.schema === undefined
          ? publisher.references.schemas[published]
          : about.references.schemas[reader.schema];
      if (written === undefined || reading === undefined) continue;
      const [first, ...more] = incompatibilities(reading, written);
      if (first === undefined) continue;
      const also = more.length === 0 ? '' : `, and ${more.length} more`;
      yield {
        about,
        rule: 'incompatible-version',
        path: ['consumes', index, reader.schema === undefined ? 'version' : 'schema'],
        problem: `can't read version ${item.version} of ${topic}: ${first.path || 'the event'} ${first.reason}${also}`,
        allowed: `a version that reads what version ${item.version} writes`,
        fix: `Move to version ${item.version}, or let ${publisher.contract.name} publish a compatible one.`,
      };
    }
  }
};

/** Two services in one group would each get only a part of the events. */
export const groupsAreOwn: SetRule = function* ({ subscriptions }) {
  for (const readers of subscriptions.values()) {
    const owners = new Map<string, string>();
    for (const { owner: about, index, item } of readers) {
      const first = owners.get(item.group) ?? about.contract.name;
      owners.set(item.group, first);
      if (first === about.contract.name) continue;
      yield {
        about,
        rule: 'shared-group',
        path: ['consumes', index, 'group'],
        problem: `is the group of ${first} too, so that each would miss what the other reads`,
        allowed: 'a group that no other service uses for this topic',
        fix: `Write ${about.contract.name}, or leave it out.`,
      };
    }
  }
};
