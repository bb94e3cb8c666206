import type { SetRule } from '../rule.ts';

/** Work that is sent is received, by one service. */
export const queuesHaveBothEnds: SetRule = function* (contracts) {
  for (const [name, users] of contracts.queues) {
    const receivers = users.filter(({ item }) => item.access !== 'send');
    const senders = users.filter(({ item }) => item.access !== 'receive');
    for (const { owner: about, index } of receivers.slice(1)) {
      yield {
        about,
        rule: 'shared-queue',
        path: ['queues', index, 'access'],
        problem: `receives from a queue that ${receivers[0]?.owner.contract.name} receives from`,
        allowed: 'send: one service receives from a queue',
        fix: 'Write send, or give the queue another name.',
      };
    }
    if (contracts.isPartial) continue;
    const lonely = receivers.length === 0 ? senders : senders.length === 0 ? receivers : [];
    for (const { owner: about, index } of lonely) {
      const missing = receivers.length === 0 ? 'receives from' : 'sends to';
      yield {
        about,
        rule: receivers.length === 0 ? 'queue-without-receiver' : 'queue-without-sender',
        path: ['queues', index, 'access'],
        problem: `leaves the queue ${name} without a service that ${missing} it`,
        allowed: 'both, or another service with the other access',
        fix: `Let a service have the other access to ${name}, or write both.`,
      };
    }
  }
};
