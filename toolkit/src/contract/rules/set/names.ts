import type { SetRule } from '../rule.ts';

/** A name leads to one service. */
export const namesAreUnique: SetRule = function* ({ contracts, byName }) {
  for (const loaded of contracts) {
    const first = byName.get(loaded.contract.name);
    if (first === loaded || first === undefined) continue;
    yield {
      about: loaded,
      rule: 'duplicate-name',
      path: ['name'],
      problem: `is already the name of the service in ${first.source.file}`,
      allowed: 'a name that no other service has',
      fix: 'Rename one of the two.',
    };
  }
};

/** A route leads to one API. */
export const routesAreUnique: SetRule = function* ({ contracts }) {
  const taken = new Map<string, string>();
  for (const about of contracts) {
    for (const [kind, api] of Object.entries(about.contract.apis)) {
      if (!api?.expose) continue;
      const route = `${api.expose.host}${api.expose.path}`;
      const here = `${about.contract.name} (apis.${kind})`;
      const holder = taken.get(route);
      if (holder === undefined) taken.set(route, here);
      else {
        yield {
          about,
          rule: 'duplicate-route',
          path: ['apis', kind, 'expose', 'path'],
          problem: `on host ${api.expose.host} is already the route of ${holder}`,
          allowed: 'a host and path that no other API has; longer paths below it are fine',
          fix: 'Choose another path or host.',
        };
      }
    }
  }
};
