import { eventStoreConformance } from '../conformance.ts';
import { createMemoryEventStore } from './store.ts';

eventStoreConformance('the event store in memory', async (settings) => createMemoryEventStore(settings));
