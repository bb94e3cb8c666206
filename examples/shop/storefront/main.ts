import { apiClient } from '@ninefold/toolkit/http';
import { z } from 'zod';
import { clientOf } from '../common/calls.ts';
import { createObservability } from '../common/observability.ts';
import { restApi } from '../common/rest-api.ts';
import { runService } from '../common/run-service.ts';
import { readSettings } from '../common/settings.ts';
import { api as recommendationsApi } from '../recommendations/generated/api.ts';
import { api as stockApi } from '../stock/generated/api.ts';
import contract from './contract.ts';
import { api } from './generated/api.ts';
import { createHandlers } from './pages.ts';

const settings = readSettings({ STOCK_URL: z.url(), RECOMMENDATIONS_URL: z.url() });
const observability = createObservability(contract.name, settings);
const stock = clientOf(contract, 'stock', settings.STOCK_URL, observability);
const recommendations = clientOf(contract, 'recommendations', settings.RECOMMENDATIONS_URL, observability);

await runService(contract, { settings, observability }, [
  stock.component(),
  recommendations.component(),
  await restApi(
    {
      openapi: new URL('openapi.yaml', import.meta.url),
      api,
      port: contract.apis.http?.port ?? 8080,
      handlers: createHandlers(
        apiClient(stock, stockApi, ['getArticle']),
        apiClient(recommendations, recommendationsApi, ['getRecommendations']),
        observability.resilience,
      ),
    },
    { settings, observability },
  ),
]);
