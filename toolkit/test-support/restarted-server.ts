/**
 * One of several servers behind a load balancer, in a process of its own: says where it listens, and stops in good
 * order at SIGTERM.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { httpServer } from '../src/http/index.ts';
import { createService } from '../src/service/index.ts';

const app = fastify({ return503OnClosing: false });
const http = httpServer();
await app.register(http.plugin);
app.post('/work', async () => {
  await sleep(20);
  return { done: true };
});

let address = '';
let management = '';
const service = createService({
  name: 'restarted',
  // Load balancers here look every 50 ms; the rest is for a machine that is busy with something else.
  noticeTime: 1_000,
  components: [
    http.listen(app, {
      port: 0,
      onListening: (origin) => {
        address = origin;
        process.send?.({ address, management });
      },
    }),
  ],
  management: {
    port: 0,
    onListening: (origin) => {
      management = origin;
    },
  },
});
await service.run();
process.disconnect?.();
