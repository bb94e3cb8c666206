import { fileURLToPath } from 'node:url';
import { loadContract } from '@ninefold/toolkit/contract';
import type { Handlers } from '@ninefold/toolkit/http';
import { callPipeline } from '@ninefold/toolkit/resilience';
import { FaultPlan } from '@ninefold/toolkit/testing';
import { faultControl } from '../common/faults.ts';
import { createObservability } from '../common/observability.ts';
import { restApi } from '../common/rest-api.ts';
import { runService } from '../common/run-service.ts';
import { readSettings } from '../common/settings.ts';
import { api, type operations } from './generated/api.ts';
import { recommend } from './model.ts';

const { contract } = await loadContract(fileURLToPath(new URL('contract.yaml', import.meta.url)));
const settings = readSettings({});
const observability = createObservability(contract.name, settings);

const faults = new FaultPlan({ edges: ['model'] });
const model = observability.resilience.add(
  callPipeline({ name: 'model', deadline: 1_000, faults: faults.edge('model') }),
);

const handlers: Handlers<operations> = {
  async getRecommendations({ path: { articleId } }) {
    return { status: 200, body: { articleIds: await model.execute(() => recommend(articleId)) } };
  },
};

await runService(contract, { settings, observability }, [
  faultControl(faults, { port: settings.FAULT_PORT, logger: observability.logger }),
  await restApi(
    {
      openapi: new URL('openapi.yaml', import.meta.url),
      api,
      port: contract.apis.http?.port ?? 8080,
      // Only services of ours call it: their priority and tenant are believed.
      options: { trusted: true },
      handlers,
    },
    { settings, observability },
  ),
]);
