import type { ContractIndex } from '../contract-index.ts';
import { exceeds, upTo } from '../own/classification.ts';
import type { SetFinding, SetRule } from '../rule.ts';

/** Data goes only where its receiver is cleared for it, by whichever way. */
export const receiversAreCleared: SetRule = function* (contracts) {
  yield* alongCalls(contracts);
  yield* alongTopics(contracts);
  yield* alongQueues(contracts);
};

function* alongCalls(contracts: ContractIndex): Iterable<SetFinding> {
  for (const { owner: about, index, item: call } of contracts.calls) {
    const callee = contracts.byName.get(call.service)?.contract;
    if (callee === undefined) continue;
    if (exceeds(call.classification, callee.data.clearance)) {
      yield {
        about,
        rule: 'not-cleared',
        path: ['calls', index, 'classification'],
        problem: `sends ${call.classification} data to ${call.service}, which is cleared for ${callee.data.clearance}`,
        allowed: upTo(callee.data.clearance),
        fix: `Write what the requests really carry, or raise data.clearance of ${call.service}.`,
      };
    }
    const answers = callee.apis[call.api]?.classification;
    const { clearance } = about.contract.data;
    if (answers !== undefined && exceeds(answers, clearance)) {
      yield {
        about,
        rule: 'not-cleared',
        path: ['calls', index, 'service'],
        problem: `answers with ${answers} data, and ${about.contract.name} is cleared for ${clearance}`,
        allowed: `services whose answers carry ${upTo(clearance)} data`,
        fix: `Raise data.clearance here, or write what its answers really carry in apis.${call.api}.classification of ${call.service}.`,
      };
    }
  }
}

function* alongTopics(contracts: ContractIndex): Iterable<SetFinding> {
  for (const [topic, readers] of contracts.subscriptions) {
    for (const { item, owner: publisher } of contracts.publications.get(topic) ?? []) {
      for (const { owner: about, index } of readers) {
        const { clearance } = about.contract.data;
        if (!exceeds(item.classification, clearance)) continue;
        yield {
          about,
          rule: 'not-cleared',
          path: ['consumes', index, 'topic'],
          problem: `carries ${item.classification} data of ${publisher.contract.name}, and ${about.contract.name} is cleared for ${clearance}`,
          allowed: `topics with ${upTo(clearance)} data`,
          fix: `Raise data.clearance here, or publish a topic without that data.`,
        };
      }
    }
  }
}

function* alongQueues(contracts: ContractIndex): Iterable<SetFinding> {
  for (const users of contracts.queues.values()) {
    const receiver = users.find(({ item }) => item.access !== 'send')?.owner.contract;
    if (receiver === undefined) continue;
    for (const { owner: about, index, item } of users) {
      if (item.access === 'receive' || !exceeds(item.classification, receiver.data.clearance)) continue;
      yield {
        about,
        rule: 'not-cleared',
        path: ['queues', index, 'classification'],
        problem: `sends ${item.classification} data to ${receiver.name}, which is cleared for ${receiver.data.clearance}`,
        allowed: upTo(receiver.data.clearance),
        fix: `Write what the messages really carry, or raise data.clearance of ${receiver.name}.`,
      };
    }
  }
}
