/** What runs on a canister's thread: takes commands, one at a time, and hands them to a {@link Runner}. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Command, FromThread, Results, ThreadData } from './protocol.js';
import { Runner } from './runner.js';

const post = (message: FromThread) => parentPort?.postMessage(message);
const runner = new Runner((workerData as ThreadData).image, (line) => post({ line }));

parentPort?.on('message', (command: Command) => {
  try {
    post({ result: obey(command) });
  } catch (error) {
    post({ failed: error instanceof Error ? error.message : String(error) });
  }
});

function obey(command: Command): Results[keyof Results] {
  switch (command.do) {
    case 'load':
      runner.load(command.code);
      return undefined;
    case 'execute':
      return runner.execute(command.message, command.environment);
    case 'commit':
      return runner.commit();
    case 'restore':
      runner.restore(command.heap);
      return undefined;
  }
}
