import { defineEvent } from '@ninefold/toolkit/events';
import { defineTopic } from '@ninefold/toolkit/kafka';
import { type PaymentSettled, paymentSettledSchema } from './generated/settled.ts';

/** The topic of payments that were made, for its publisher and its readers. */
export const paymentsSettled = defineTopic({
  topic: 'payments.settled',
  event: defineEvent<PaymentSettled>({
    type: 'payments.settled',
    version: 1,
    schema: paymentSettledSchema,
  }),
  key: 'orderId',
});
