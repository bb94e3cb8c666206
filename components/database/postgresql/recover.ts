import type { PlanContext } from '../../kit/plan-context.ts';
import type { RecoveryPlan, WantedRecovery } from '../../kit/recovery.ts';
import { InvalidInputError, type Violation } from '../../kit/violation.ts';
import { renderRecovery } from './recovery-plan.ts';
import { type PostgresqlSettings, postgresqlSettings } from './settings.ts';

/**
 * How the cluster comes back from its backups.
 * @throws InvalidInputError when it has none, or when the moment is none.
 */
export function recover(
  { environment, settings }: PlanContext<PostgresqlSettings>,
  { targetTime }: WantedRecovery,
): RecoveryPlan {
  const violations: Violation[] = [];
  if (!settings.backup) {
    violations.push({
      path: 'capabilities.database.backup',
      problem: 'the cluster has no backups, so nothing can come back',
      fix: 'give it a destination, and bring that up before it is needed',
    });
  }
  const asked = { server: settings.name, targetTime };
  if (!postgresqlSettings.shape.recovery.safeParse(asked).success) {
    violations.push({
      path: '--to',
      problem: 'is not a moment',
      value: targetTime,
      allowed: 'a date and a time with an offset, such as 2030-05-04T10:20:00Z',
    });
  }
  if (violations.length > 0) throw new InvalidInputError(`the recovery of ${settings.name}`, violations);
  const wanted = { environment, ...(targetTime ? { targetTime } : {}) };
  const { settings: recovered, cluster, runbook } = renderRecovery(settings, wanted);
  const { name, recovery } = recovered;
  return { settings: { name, recovery }, objects: [cluster], runbook };
}
