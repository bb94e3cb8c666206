import * as z from 'zod';
import { allowing, classification, derived, duration, fieldPath, name, unique } from './fields.ts';

const secret = z
  .strictObject({
    name: name('payment-key').describe('Name of the secret; it never stands in the contract itself.'),
    rotate: duration({ from: '1h', to: '2y' }, '30d')
      .describe('How old it may become before it is replaced.')
      .prefault('90d'),
  })
  .meta({
    id: 'Secret',
    description: 'A secret that the service is given as a file.',
    examples: [{ name: 'payment-key', rotate: '30d' }],
  });

export const secrets = z
  .array(secret)
  .max(100)
  .meta({
    description: 'Secrets that the service needs.',
    examples: [[{ name: 'payment-key', rotate: '30d' }]],
  })
  .default([]);

export const data = z
  .strictObject({
    classification: classification
      .describe(
        'The most sensitive data that the service keeps: `public`; `internal`; `confidential` (harms the business); `personal` (about a person); `sensitive` (about health, belief, payment cards and the like).',
      )
      .default('internal'),
    clearance: derived(
      classification.describe('The most sensitive data that it may be given, also without keeping it.'),
      'the classification',
    ),
    retention: duration({ from: '1h', to: '100y', forever: true }, '2y')
      .describe('How long data is kept; required for personal and sensitive data.')
      .optional(),
    encrypt: unique(fieldPath, 200)
      .meta({
        description: 'Fields that are encrypted one by one; each must exist in a schema of the service.',
        examples: [['customer.email']],
      })
      .default([]),
  })
  .meta({
    id: 'DataHandling',
    description: 'What data the service handles, and how.',
    examples: [{ classification: 'personal', retention: '2y', encrypt: ['customer.email'] }],
  })
  .prefault({});

const availability = z
  .strictObject({
    target: allowing(z.number().min(50).max(99.999), 'a percentage from 50 to 99.999').meta({
      description: 'Share of good requests in percent.',
      examples: [99.9],
    }),
    window: duration({ from: '1d', to: '90d' }, '30d')
      .describe('Time over which it is counted.')
      .prefault('30d'),
  })
  .meta({
    id: 'Availability',
    description: 'How often the service must answer well.',
    examples: [{ target: 99.9, window: '30d' }],
  });

const latency = z
  .strictObject({
    percentile: allowing(z.number().min(50).max(99.99), 'a percentile from 50 to 99.99')
      .meta({ description: 'Share of requests in percent that must be as fast.', examples: [99] })
      .default(99),
    below: duration({ from: '1ms', to: '1h' }, '300ms').describe('How fast.'),
  })
  .meta({
    id: 'Latency',
    description: 'How fast the service must answer.',
    examples: [{ percentile: 99, below: '300ms' }],
  });

export const objectives = z
  .strictObject({ availability: availability.optional(), latency: latency.optional() })
  .meta({
    id: 'Objectives',
    description: 'What callers may rely on; alerts follow from it.',
    examples: [{ availability: { target: 99.9 }, latency: { below: '300ms' } }],
  })
  .default({});

export const cost = z
  .strictObject({
    owner: derived(name('commerce').describe('Who pays: a cost centre or a team.'), 'the team'),
  })
  .meta({ id: 'Cost', description: 'Who pays.', examples: [{ owner: 'commerce' }] })
  .prefault({});
