import type { PreparedAppend, PreparedEvent } from '../prepare-append.ts';
import type { PreparedMessage } from '../prepare-message.ts';
import {
  expectedNumber,
  insertedColumns,
  isAsExpected,
  lastEvent,
  messageColumns,
  ownTransactionId,
  tryLock,
} from './append-parts.ts';
import { ownTypes, type PostgresStatement } from './client.ts';
import type { Tables } from './tables.ts';

/** What an append expects of its stream: that it is new, that it has a version, or something less. */
type Expectation = 'new' | 'version' | 'less';

interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Parameters in their order: the event's, the message's if there is one, and the expected version unless it is 0. */
const EVENT_PARAMETERS = 6;
const MESSAGE_PARAMETERS = 5;

/**
 * Appends one event with at most one message: the most common append by far, and the one that shares its time with no
 * other. So each expectation has a statement that does no more than it takes: a new stream has no last event to be
 * looked up, and that of a given version needs no join.
 */
export class SingleAppend {
  readonly #texts: Readonly<
    Record<Expectation, { readonly plain: NamedText; readonly withMessage: NamedText }>
  >;

  constructor(tables: Tables) {
    const texts = (expectation: Expectation) => ({
      plain: {
        name: `${tables.schema}_append_${expectation}`,
        text: eventText(tables, expectation, `$${EVENT_PARAMETERS + 1}`),
      },
      withMessage: {
        name: `${tables.schema}_append_${expectation}_message`,
        text: messageText(tables, expectation),
      },
    });
    this.#texts = { new: texts('new'), version: texts('version'), less: texts('less') };
  }

  /** The statement; undefined for an append of more than that. */
  statement({ streamId, expectedVersion, events, messages }: PreparedAppend): PostgresStatement | undefined {
    const [event] = events;
    if (event === undefined || events.length > 1 || messages.length > 1) return undefined;
    const [message] = messages;
    const expected = expectedNumber(expectedVersion);
    const { plain, withMessage } = this.#texts[expected === 0 ? 'new' : expected > 0 ? 'version' : 'less'];
    const { name, text } = message === undefined ? plain : withMessage;
    const values: unknown[] = eventValues(streamId, event);
    if (message !== undefined) values.push(...messageValues(message));
    if (expected !== 0) values.push(expected);
    return { name, text, values, types: ownTypes };
  }
}

function eventText(tables: Tables, expectation: Expectation, expected: string): string {
  const { transactionId, version, source, condition } = sources(tables, expectation, `${expected}::bigint`);
  return `insert into ${tables.events} (${insertedColumns})
select nextval('${tables.eventPosition}'), ${transactionId}, ${version}, $2::uuid, $4::smallint, $1::text, $3::text,
  $5::json, $6::json
${source} where ${tryLock(tables, '$1::text')} and ${condition}
returning version, transaction_id, position`;
}

function messageText(tables: Tables, expectation: Expectation): string {
  const expected = `$${EVENT_PARAMETERS + MESSAGE_PARAMETERS + 1}`;
  return `with inserted as (${eventText(tables, expectation, expected)}
), enqueued as (
  insert into ${tables.outbox} (${messageColumns})
  select $7::uuid, $2::uuid, $8::text, $9::text, $10::json, $11::json from inserted
)
select * from inserted`;
}

/** Where the new event's transaction id and version come from, and when it may be inserted. */
function sources(tables: Tables, expectation: Expectation, expected: string) {
  const own = ownTransactionId(tables);
  const last = `(${lastEvent(tables, '$1::text')}) as last`;
  switch (expectation) {
    case 'new':
      return {
        transactionId: own,
        version: '1',
        source: '',
        condition: `not exists (select from ${tables.events} where stream_id = $1::text)`,
      };
    case 'version':
      return {
        transactionId: `greatest(${own}, last.transaction_id)`,
        version: 'last.version + 1',
        source: `from ${last}`,
        condition: `last.version = ${expected}`,
      };
    case 'less':
      return {
        transactionId: `greatest(${own}, last.transaction_id)`,
        version: 'coalesce(last.version, 0) + 1',
        source: `from (values (1)) as one (number) left join lateral ${last} on true`,
        condition: isAsExpected(expected, 'coalesce(last.version, 0)'),
      };
  }
}

function eventValues(streamId: string, event: PreparedEvent): unknown[] {
  return [streamId, event.id, event.type, event.schemaVersion, event.data, event.metadata];
}

function messageValues(message: PreparedMessage): unknown[] {
  return [message.id, message.topic, message.key, message.payload, message.headers];
}
