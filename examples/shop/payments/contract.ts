import { defineService } from '@ninefold/toolkit/contract';

export default defineService({
  contract: 'v1',
  name: 'payments',
  team: 'finance',
  description: 'Has the bank collect what orders cost.',
  image: { name: 'shop/payments' },
  consumes: [{ topic: 'orders.placed', version: 1, attempts: 8 }],
  publishes: [
    {
      topic: 'payments.settled',
      version: 1,
      schema: './events/settled.json',
      key: 'orderId',
      partitions: 6,
      retention: '7d',
      classification: 'internal',
    },
  ],
  database: { engine: 'postgresql', size: 'small', backup: { rpo: '5m', rto: '1h' } },
  egress: [{ host: 'api.bank.example', reason: 'Collects what customers owe.' }],
  data: { classification: 'confidential' },
  objectives: { availability: { target: 99.5 } },
  scale: { min: 1, max: 6, cpu: 70 },
});
