import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../../error-text.ts';
import { type PluginRead, readPlugin } from './schema.ts';

/** Thread that imports a plugin, whose URL is its data. It says when it begins, then what the module describes, or why that is no transport. */
async function read(module: string): Promise<PluginRead> {
  try {
    const exported: object = await import(module);
    return readPlugin(exported, module);
  } catch (error) {
    return { problems: [errorText(error)] };
  }
}

parentPort?.postMessage('begins');
parentPort?.postMessage(await read(String(workerData)));
