import type { Projection } from '@ninefold/toolkit/eventstore';
import type { OrderEvent } from './order.ts';

/** How many orders there are. */
export interface Overview {
  readonly placed: number;
  readonly paid: number;
}

const KEY = 'all';

/** The read model of the overview. It counts, so an event that came twice, or never, would show. */
export const overview: Projection<OrderEvent> = {
  name: 'overview',
  async handle(event, { view }) {
    const { placed, paid } = (await view.get<Overview>(KEY)) ?? { placed: 0, paid: 0 };
    if (event.type === 'OrderPlaced') view.put(KEY, { placed: placed + 1, paid });
    else view.put(KEY, { placed, paid: paid + 1 });
  },
};

/** Reads the overview. */
export async function readOverview(view: {
  get<Document>(key: string): Promise<Document | undefined>;
}): Promise<Overview> {
  return (await view.get<Overview>(KEY)) ?? { placed: 0, paid: 0 };
}
