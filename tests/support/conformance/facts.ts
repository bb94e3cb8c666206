import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { asRecord } from '../../../components/kit/manifest.ts';
import { planContext } from '../../../components/kit/plan-context.ts';
import { invariant, judgeEach } from '../../graph/invariant.ts';
import { leaves } from '../leaves.ts';
import { isSecret } from '../secret-leaves.ts';
import { type Case, firstOf } from './cases.ts';
import { shapeOf } from './facts-shape.ts';

/** What makes the facts of one implementation as good as those of another. */
export function factsInvariants(cases: readonly Case[], schema: z.ZodType): void {
  const jsonSchema = asRecord(z.toJSONSchema(schema, { io: 'input' })) ?? {};

  invariant(cases, 'facts are what the capability says, as plain data', ({ facts }) =>
    judgeEach([facts], (one) => {
      const parsed = schema.safeParse(one);
      if (!parsed.success) return parsed.error.message;
      return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), one) ? undefined : 'they are not plain data';
    }),
  );

  invariant(cases, 'facts follow from the settings alone', ({ implementation, plan, facts }) => {
    const chosen = plan.environment.capabilities.find((one) => one.capability === implementation.capability);
    const context = planContext({ ...plan.environment, capabilities: [] }, chosen?.settings);
    return judgeEach([facts], (one) =>
      isDeepStrictEqual(implementation.facts(context), one) ? undefined : 'they change',
    );
  });

  invariant(cases, 'facts hold no secret', ({ facts }) => {
    const all = leaves(facts);
    return judgeEach(all, (leaf) => (isSecret(leaf, all) ? `${leaf.path} holds a secret` : undefined));
  });

  invariant(cases, 'facts have the same shape whoever gives them', (one) =>
    judgeEach([one], ({ facts }) => {
      const [own, first] = [facts, firstOf(cases, one).facts].map((each) => shapeOf(each, jsonSchema));
      const different = (own ?? []).filter((path) => !first?.includes(path));
      const missing = (first ?? []).filter((path) => !own?.includes(path));
      return different.length + missing.length === 0
        ? undefined
        : `more: ${different.join(', ') || 'nothing'}; less: ${missing.join(', ') || 'nothing'}`;
    }),
  );
}
