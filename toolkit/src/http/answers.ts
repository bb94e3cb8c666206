import type { FastifyReply } from 'fastify';
import type { Clock } from '../clock/index.ts';
import type { PreparedDeprecation } from './deprecation.ts';
import { completeProblem, ProblemError, problemMediaType, problemTypes } from './problem.ts';
import type { ShedReason } from './shedding.ts';

/** Tells of a deprecation, and refuses what is past its end. */
export function announce(
  deprecation: PreparedDeprecation | undefined,
  reply: FastifyReply,
  clock: Clock,
): ProblemError | undefined {
  if (!deprecation) return undefined;
  reply.headers(deprecation.headers);
  if (clock.wall() < deprecation.refusedFrom) return undefined;
  return new ProblemError({ status: 410, type: problemTypes.retired, title: 'This operation is no more' });
}

const overloaded = JSON.stringify(
  completeProblem({ type: problemTypes.overloaded, status: 503, title: 'Too many requests at the moment' }),
);
const tooLate = JSON.stringify(
  completeProblem({
    type: problemTypes.deadlineExceeded,
    status: 504,
    title: 'The time left is too short to begin',
  }),
);

/** Refuses as cheaply as can be: under overload this is what a server does most. */
export function answerShed(reply: FastifyReply, reason: ShedReason): void {
  if (reason === 'deadline') void reply.code(504).header('content-type', problemMediaType).send(tooLate);
  else {
    void reply.code(503).header('content-type', problemMediaType).header('retry-after', '1').send(overloaded);
  }
}
