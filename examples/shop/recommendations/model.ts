import { articles } from '../stock/articles.ts';

const COUNT = 3;

/** What goes with an article: a stand-in for a model, which always says the same of one article. */
export function recommend(articleId: string): string[] {
  const ids = articles.map(([id]) => id as string).filter((id) => id !== articleId);
  const start = [...articleId].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return Array.from({ length: COUNT }, (_, index) => ids[(start + index * 7) % ids.length] ?? '');
}
