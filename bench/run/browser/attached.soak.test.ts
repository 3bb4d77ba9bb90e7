import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { ECHO } from '../../codec/header.ts';
import type { PageAnswer } from '../../load/browser/protocol.ts';
import type { ClosedOrder, ConnectOrder } from '../../load/protocol.ts';
import { median } from '../../results/numbers.ts';
import { soak } from '../../testing/soak.ts';
import { needs } from '../../testing/unavailable.ts';
import { clientModule, findTransport, optionsOf, serverModule } from '../../transports/index.ts';
import { listenOnLoopback, startServer } from '../processes.ts';
import { bundle } from './bundle.ts';
import { Chromium } from './chromium.ts';
import { findBrowser } from './find.ts';
import { attachTo, openEmptyPage } from './page.ts';
import { usageOf } from './tree.ts';
import { originOf } from './workers.ts';

await needs('chromium', 'processTable');

const CLIENTS = 5;
const PAIRS = 6;
const SECONDS = 3;
/** Largest ratio of the CPU time a message with the run's connection to the page to that without. */
const MAX_RATIO = 1.05;

describe('the connection that drives a page', () => {
  soak('costs a message of ws little CPU time: attached ÷ detached', 300, async () => {
    const { signal } = new AbortController();
    const choice = findTransport('ws')!;
    const options = optionsOf(choice);
    await using server = startServer({ core: undefined });
    const { url } = await listenOnLoopback(server, { module: serverModule(choice.entry), options }, signal);
    const { path } = findBrowser(null) as { readonly path: string };
    await using chromium = await Chromium.start({ path, origin: originOf(url), variables: process.env }, signal);
    const { devTools, guardPid = 0 } = chromium;
    let page = await openEmptyPage(devTools, originOf(url));
    await page.evaluate(`${await bundle(fileURLToPath(clientModule(choice.entry)))}\n;0`);
    await page.evaluate("wirebench.begin('0')");
    const ask = (order: ConnectOrder | ClosedOrder): string =>
      `wirebench.ask(${JSON.stringify(JSON.stringify(order))})`;
    const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
    const place = { clients: CLIENTS, worker: 0, workers: 1, originNs: '0', inFlight: 1 };
    await page.evaluate(ask({ order: 'connect', module: '', urls: [url], options, ...message, ...place }));

    let first = 0;
    /** CPU seconds a message of a closed loop. */
    const cost = async (attached: boolean): Promise<number> => {
      const order = ask({ order: 'closed', first, seconds: SECONDS, drainSeconds: 5 });
      first += CLIENTS * 1e6;
      const used = (): number => usageOf(guardPid).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
      const before = used();
      const answer = JSON.parse(attached ? String(await page.evaluate(order)) : await alone(order)) as PageAnswer;
      if (answer.answer !== 'phase') throw new Error(`the page answered ${JSON.stringify(answer)}`);
      return (used() - before) / answer.recording.delivered;
    };
    /** Runs an order while nothing is attached to the page. */
    const alone = async (order: string): Promise<string> => {
      await page.evaluate(`globalThis.running = ${order}; 0`);
      await devTools.send('Target.detachFromTarget', { sessionId: page.session });
      await new Promise((resolve) => setTimeout(resolve, SECONDS * 1e3));
      page = await attachTo(devTools, page.targetId);
      return String(await page.evaluate('running'));
    };

    await cost(true);
    const ratios: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const order = pair % 2 === 0 ? [true, false] : [false, true];
      const costs = new Map<boolean, number>();
      for (const attached of order) costs.set(attached, await cost(attached));
      ratios.push(costs.get(true)! / costs.get(false)!);
    }
    const shown = ratios.map((ratio) => ratio.toFixed(3)).join(', ');
    expect(median(ratios), shown).toBeLessThanOrEqual(MAX_RATIO);
    return `median ${median(ratios).toFixed(3)} of ${shown}`;
  });
});
