import type { ServiceContract } from '@ninefold/toolkit/contract';
import { type Component, createService } from '@ninefold/toolkit/service';
import type { Observability } from './observability.ts';
import type { CommonSettings } from './settings.ts';

/**
 * Runs a service until it is told to stop: checked against its contract, with health, metrics and its description on
 * a port of their own.
 *
 * @throws `NotGrantedError` when a component needs what the contract does not grant.
 */
export async function runService(
  contract: ServiceContract,
  { settings, observability }: { readonly settings: CommonSettings; readonly observability: Observability },
  components: readonly Component[],
): Promise<void> {
  const { logger, metrics } = observability;
  const service = createService({
    contract,
    components: [
      observability.component,
      ...components,
      { name: 'announcement', start: () => logger.info('started') },
    ],
    noticeTime: settings.NOTICE_TIME,
    management: {
      host: settings.HOST,
      ...(settings.MANAGEMENT_PORT !== undefined && { port: settings.MANAGEMENT_PORT }),
      renderMetrics: () => metrics.render(),
      onListening: (origin) => logger.info({ part: 'management', origin }, 'listening'),
    },
    onDrift: ({ path, problem, fix }) => logger.warn({ path, problem, fix }, 'contract drift'),
    onStopProblem: (error, component) => logger.warn({ error, component }, 'did not stop in good order'),
  });
  await service.run();
}
