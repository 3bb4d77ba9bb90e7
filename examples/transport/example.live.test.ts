import { describe, expect, test } from 'vitest';
import { checks, runCheck } from '../../bench/checks/conformance/suite.ts';
import { runTrial } from '../../bench/run/trial.ts';
import { entriesOf } from '../../bench/scenarios/index.ts';
import { load } from '../../bench/scenarios/load.ts';
import { singleTrial } from '../../bench/testing/single-trial.ts';
import { loadClient, loadServer, type TransportEntry } from '../../bench/transports/index.ts';
import { platform } from '../../clients/platform/node.ts';
import { application } from '../../servers/application.ts';

/** Entry of a transport whose two files are in this folder. */
const entry: TransportEntry = {
  id: 'ndjson',
  title: 'Newline-delimited JSON',
  family: 'other',
  browser: false,
  variants: [],
  capabilities: { binary: false, ordered: true, reliable: true, upstream: 'connection' },
  root: new URL('.', import.meta.url).href,
};

describe('the transport of docs/adding-a-transport.md', async () => {
  const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
  const { capabilities } = entry;
  const subject = { server, client, application, platform, capabilities, refusal: /closed/, options: {} };
  for (const check of checks) {
    if (check.promises?.(capabilities) ?? true) test(check.name, () => runCheck(check, subject), 60_000);
  }

  test.each(entriesOf(load))('is measured in $id like any other', async (scenario) => {
    const shape = {
      clients: 5,
      rate: 100,
      size: 64,
      encoding: 'text',
      payload: 'filler',
      tls: false,
      auth: null,
      target: null,
    } as const;
    const names = { id: `ndjson/${scenario.id}`, name: 'ndjson', entry, variant: null, label: null };
    const planned = { ...names, scenario, ...shape, seconds: 0.2 };
    const { trial } = await runTrial(planned, singleTrial({ warmupSeconds: 0.1 }));
    const expected = scenario.reaches === 'everyone' ? 100 : 20;
    expect(trial).toMatchObject({ messages: { due: 20, sent: 20, expected, delivered: expected, lost: 0 } });
    // Two quotes and a line feed around 64 bytes.
    expect(trial).toMatchObject({ wire: { up: 20 * 67, down: expected * 67 } });
  });
});
