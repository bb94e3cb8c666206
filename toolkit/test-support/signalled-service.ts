/**
 * A service in a process of its own that says when it is ready and when it is told to stop, and writes down what it
 * goes through.
 */
import { createService } from '../src/service/index.ts';

const write = (line: string) => () => void process.stdout.write(`${line}\n`);

const service = createService({
  name: 'signalled',
  management: false,
  noticeTime: 200,
  components: [
    {
      name: 'part',
      start: () => {
        setImmediate(() => process.send?.('ready'));
      },
      prepareStop: () => {
        write('prepareStop')();
        process.send?.('told');
      },
      stopAccepting: write('stopAccepting'),
      drain: write('drain'),
      close: write('close'),
    },
  ],
});
await service.run();
write('over')();
process.disconnect?.();
