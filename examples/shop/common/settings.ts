import { z } from 'zod';

const always = {
  /** Where the API listens; 0 for any free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Where health and metrics are served; 0 for any free port. */
  MANAGEMENT_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** In a pod `0.0.0.0`. */
  HOST: z.string().default('127.0.0.1'),
  /** Milliseconds between readiness going off and taking no new work. */
  NOTICE_TIME: z.coerce.number().int().min(0).default(5_000),
  /** The share of traces that is recorded when nobody upstream has decided. */
  TRACE_RATE: z.coerce.number().min(0).max(1).default(0.01),
  /** A file that spans are written to, one a line. */
  TRACE_FILE: z.string().optional(),
  /** Where faults can be planned from outside; only for trying out. */
  FAULT_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
};

/** What every service is told by its environment. */
export type CommonSettings = z.infer<z.ZodObject<typeof always>>;

/** What a service with a database is told beside it. */
export const databaseSettings = { DATABASE_URL: z.url() };

/** What a service with topics is told beside it. */
export const kafkaSettings = {
  KAFKA_BROKERS: z.string().transform((text) => text.split(',')),
  /** Milliseconds without a sign of life after which an instance's partitions go to others. */
  KAFKA_SESSION_TIMEOUT: z.coerce.number().int().min(1_000).default(30_000),
};

/**
 * Reads a service's settings from the environment: what all services have, and what this one needs beside it.
 *
 * @throws Error that names every variable that is missing or wrong.
 * @example
 * const settings = readSettings({ ...databaseSettings, STOCK_URL: z.url() });
 */
export function readSettings<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): CommonSettings & z.infer<z.ZodObject<Shape>> {
  const result = z.object({ ...always, ...shape }).safeParse(process.env);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The environment does not fit:\n${lines.join('\n')}`);
  }
  return result.data as unknown as CommonSettings & z.infer<z.ZodObject<Shape>>;
}
