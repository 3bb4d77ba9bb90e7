import { PublishedLog } from '../../run/recovery/published-log.ts';

/** Opens a replay log, prints its path, and waits to be killed. */
const log = new PublishedLog({ core: undefined }, new AbortController().signal);
await log.open();
process.stdout.write(`${log.file}\n`);
await log.ended();
