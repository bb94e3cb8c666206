import { describe } from 'node:test';
import { appending } from './conformance/appending.ts';
import { evolving } from './conformance/evolving.ts';
import { messaging } from './conformance/messaging.ts';
import { modelling } from './conformance/modelling.ts';
import { projecting } from './conformance/projecting.ts';
import { reading } from './conformance/reading.ts';
import type { StoreFactory } from './conformance/setting.ts';
import { subscribing } from './conformance/subscribing.ts';

/** What every event store must do, whatever it keeps its events in. Defines its tests in the running test file. */
export function eventStoreConformance<Transaction extends object>(
  name: string,
  create: StoreFactory<Transaction>,
): void {
  describe(name, () => {
    appending(create);
    modelling(create);
    reading(create);
    subscribing(create);
    projecting(create);
    messaging(create);
    evolving(create);
  });
}
