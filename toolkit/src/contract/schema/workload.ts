import * as z from 'zod';
import { allowing, byteSize, name, port, processorTime, rate } from './fields.ts';

export const image = z
  .strictObject({
    name: allowing(
      z
        .string()
        .max(200)
        .regex(/^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/),
      'a repository path in lower case without registry, tag or digest',
    ).meta({
      description: 'Repository path; the platform puts its registry before it.',
      examples: ['shop/orders'],
    }),
    tag: allowing(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/), 'a tag as registries take it')
      .meta({ description: 'For people to read; what runs is what the digest names.', examples: ['1.4.0'] })
      .optional(),
    digest: allowing(z.string().regex(/^sha256:[0-9a-f]{64}$/), 'sha256: and 64 hexadecimal digits')
      .meta({
        description: 'What runs, exactly. Left out where a release fills it in.',
        examples: [`sha256:${'0123456789abcdef'.repeat(4)}`],
      })
      .optional(),
  })
  .meta({
    id: 'Image',
    description: 'The container image.',
    examples: [{ name: 'shop/orders', tag: '1.4.0' }],
  });

const extraPort = z
  .strictObject({
    port: port(7000).describe('Number of the port.'),
    protocol: z.enum(['tcp', 'udp']).describe('Transport protocol.').default('tcp'),
  })
  .meta({
    id: 'Port',
    description: 'A port that is neither an API nor the management port.',
    examples: [{ port: 7000 }],
  });

export const ports = z
  .record(name('gossip'), extraPort)
  .meta({
    description: 'Ports beside the APIs and the management port, by name.',
    examples: [{ gossip: { port: 7000 } }],
  })
  .default({});

const route = (description: string, example: string) =>
  allowing(
    z
      .string()
      .max(200)
      .regex(/^\/[A-Za-z0-9._~/-]*$/),
    'a path that starts with a slash',
  ).meta({
    description,
    examples: [example],
  });

export const management = z
  .strictObject({
    port: port(9464).describe('Its number, never that of an API.').default(9464),
    live: route('Answers while the process need not be restarted.', '/livez').default('/livez'),
    ready: route('Answers while the process takes requests.', '/readyz').default('/readyz'),
    metrics: route('Prometheus metrics.', '/metrics').default('/metrics'),
  })
  .meta({
    id: 'Management',
    description: 'Health and metrics, on a port of their own that no route ever reaches.',
    examples: [{ port: 9464, live: '/livez', ready: '/readyz', metrics: '/metrics' }],
  })
  .prefault({});

export const resources = z
  .strictObject({
    cpu: processorTime.describe('Processor time that one instance asks for.').prefault('100m'),
    memory: byteSize({ from: '16Mi', to: '1Ti' }, '256Mi')
      .describe('Memory that one instance asks for, and the most it gets.')
      .prefault('256Mi'),
  })
  .meta({
    id: 'Resources',
    description: 'What one instance needs.',
    examples: [{ cpu: '250m', memory: '512Mi' }],
  })
  .prefault({});

export const environment = z
  .record(
    allowing(
      z
        .string()
        .max(100)
        .regex(/^[A-Z][A-Z0-9_]*$/),
      'an upper-case name of letters, digits and underscores',
    ).meta({ examples: ['LOG_LEVEL'] }),
    z.string().max(4_000),
  )
  .meta({
    description: 'Plain settings as environment variables. Secrets go under `secrets`.',
    examples: [{ LOG_LEVEL: 'info' }],
  })
  .default({});

export const scale = z
  .strictObject({
    min: z
      .int()
      .min(0)
      .max(1_000)
      .meta({ description: 'Fewest instances; 0 needs `lag`.', examples: [2] })
      .default(2),
    max: z
      .int()
      .min(1)
      .max(1_000)
      .meta({ description: 'Most instances.', examples: [20] })
      .default(10),
    cpu: z
      .int()
      .min(10)
      .max(95)
      .meta({
        description: 'Processor use in percent of the request above which instances are added.',
        examples: [70],
      })
      .default(70),
    requests: rate.describe('Requests per instance above which instances are added.').optional(),
    lag: z
      .int()
      .min(1)
      .max(10_000_000)
      .meta({
        description: 'Unread messages per instance above which instances are added.',
        examples: [1_000],
      })
      .optional(),
  })
  .meta({
    id: 'Scale',
    description: 'How many instances run.',
    examples: [{ min: 2, max: 20, cpu: 70 }],
  })
  .prefault({});
