import type { OpenapiDocument } from './document.ts';

/**
 * Compares the routes of a server with its document. `HEAD` beside a `GET`, and `OPTIONS`, go without saying.
 *
 * @param routes As `METHOD /pattern`, in fastify's way of writing.
 * @returns What differs, one line each; empty when nothing does.
 * @example
 * checkRoutes(document, ['GET /orders/:orderId']);
 * // ['openapi.yaml POST /orders (placeOrder) is not served: add the route, or take it out of the document']
 */
export function checkRoutes(document: OpenapiDocument, routes: Iterable<string>): string[] {
  const problems: string[] = [];
  const served = new Map([...routes].map((route) => [comparable(route), route]));
  const described = new Set<string>();
  for (const { id, method, path, route } of document.operations) {
    const key = comparable(`${method} ${route}`);
    described.add(key);
    if (!served.has(key)) {
      problems.push(
        `${document.file} ${method} ${path} (${id}) is not served: add the route, or take it out of the document`,
      );
    }
  }
  for (const [key, route] of served) {
    if (described.has(key) || key.startsWith('OPTIONS ')) continue;
    if (key.startsWith('HEAD ') && described.has(key.replace('HEAD', 'GET'))) continue;
    problems.push(
      `${route} is served, but ${document.file} does not describe it: describe it, or mark the route with config.internal`,
    );
  }
  return problems;
}

/** The names of parameters don't make another route. */
function comparable(route: string): string {
  return route.replace(/(?<!:):(?!:)[A-Za-z_]\w*/g, ':');
}
