import { defineService } from '@ninefold/toolkit/contract';

export default defineService({
  contract: 'v1',
  name: 'storefront',
  team: 'commerce',
  description: 'Puts product pages together for whoever comes by.',
  image: { name: 'shop/storefront' },
  apis: {
    http: {
      openapi: './openapi.yaml',
      expose: { host: 'shop', path: '/products', audience: 'public', rate: '100/s' },
    },
  },
  calls: [
    { service: 'stock', operations: ['getArticle'], deadline: '500ms', retries: 1 },
    {
      service: 'recommendations',
      operations: ['getRecommendations'],
      deadline: '250ms',
      retries: 1,
      optional: true,
    },
  ],
  data: { classification: 'public' },
  objectives: { availability: { target: 99.9 }, latency: { percentile: 99, below: '800ms' } },
  scale: { min: 2, max: 20, cpu: 70 },
});
