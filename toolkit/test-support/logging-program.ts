/** Logs to its standard output and ends, or goes on, in the way it is told. */
import { createLogger } from '../src/telemetry/index.ts';

const logger = createLogger({ service: 'logging' });
logger.info('first');
switch (process.argv[2]) {
  case 'exits':
    process.exit(0);
    break;
  case 'throws':
    throw new Error('nobody catches it');
  case 'fails':
    logger.error('last');
    // No timer runs any more.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    break;
  case 'goes on':
    setInterval(() => {}, 60_000);
    break;
  case 'says much':
    for (let line = 0; line < 5_000; line += 1) logger.info({ line }, 'one of many');
    logger.flush(() => process.kill(process.pid, 'SIGKILL'));
    break;
  default:
}
