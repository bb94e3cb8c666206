import type { ApiClient, Handlers } from '@ninefold/toolkit/http';
import { fallback, type ResilienceRegistry } from '@ninefold/toolkit/resilience';
import { wideEvent } from '@ninefold/toolkit/telemetry';
import type { operations as RecommendationsOperations } from '../recommendations/generated/api.ts';
import type { Article, operations as StockOperations } from '../stock/generated/api.ts';
import type { operations } from './generated/api.ts';

/** Shown when nothing is known about what goes with an article. */
const BESTSELLERS = ['iron-pan', 'linen-towel', 'tea-tin'];

/** How many articles are remembered, and for how many milliseconds an old price is better than none. */
const ARTICLES = { entries: 1_000, for: 60_000 };
/** Recommendations change more often, and a general one does as well. */
const RECOMMENDATIONS = { entries: 1_000, for: 2_000 };

/** What product pages are made of: the article must be there, the rest may be older or left out. */
export function createHandlers(
  stock: Pick<ApiClient<StockOperations>, 'getArticle'>,
  recommendations: Pick<ApiClient<RecommendationsOperations>, 'getRecommendations'>,
  resilience: ResilienceRegistry,
): Handlers<operations> {
  const article = resilience.add(fallback({ name: 'page-article', remember: ARTICLES }));
  const related = resilience.add(fallback({ name: 'page-recommendations', remember: RECOMMENDATIONS }));

  const findArticle = (articleId: string) =>
    article.answer<Article | 'unknown'>(
      async () => {
        const answer = await stock.getArticle({ path: { articleId } });
        return answer.status === 200 ? answer.body : 'unknown';
      },
      { key: articleId },
    );

  const findRelated = (articleId: string) =>
    related.answer<readonly string[]>(
      async () => (await recommendations.getRecommendations({ path: { articleId } })).body.articleIds,
      { key: articleId, fallback: () => BESTSELLERS.filter((id) => id !== articleId) },
    );

  return {
    async getProductPage({ path: { articleId } }) {
      const [found, others] = await Promise.all([findArticle(articleId), findRelated(articleId)]);
      wideEvent().set({
        'degradation.article': found.degradation,
        'degradation.related': others.degradation,
      });
      if (found.value === 'unknown') return { status: 404, body: { title: 'No such product', status: 404 } };
      const { name, price, available } = found.value;
      return {
        status: 200,
        body: {
          articleId,
          name,
          price,
          available: available > 0,
          recommendations: others.value,
          degradation: { article: found.degradation, recommendations: others.degradation },
        },
      };
    },
  };
}
