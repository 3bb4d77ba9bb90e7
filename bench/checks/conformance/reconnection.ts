import assert from 'node:assert/strict';
import { MemoryLog, newEpoch } from '../../codec/replay-log.ts';
import type { Capabilities, Listener } from '../../contract.ts';
import type { Peer } from '../../testing/kit.ts';
import { type Check, type ConformanceKit, portOf } from './harness.ts';
import type { Relay } from './relay.ts';
import { publish, received } from './resume.ts';

const reconnects = (capabilities: Capabilities): boolean => capabilities.reconnects === true;

/** Checks of client libraries that reconnect by themselves, after their connection was cut as by a crash. */
export const reconnectionChecks: readonly Check[] = [
  {
    name: 'a library that reconnects tells of the end and of the new beginning, and what it says of the gap is true',
    promises: reconnects,
    port: true,
    run: reconnectsToTheServer,
  },
  {
    name: 'a library that reconnects finds a restarted server, and what it says of the gap is true',
    promises: reconnects,
    port: true,
    run: reconnectsAfterRestart,
  },
  {
    name: 'a session can be closed while its library reconnects',
    promises: reconnects,
    port: true,
    run: closesWhileInterrupted,
  },
];

/** Server behind a relay, and a session through it whose library reconnects. */
interface Reconnecting {
  readonly log: MemoryLog;
  readonly listener: Listener;
  readonly relay: Relay;
  readonly peer: Peer;
  /** Messages that the session has received. */
  readonly before: readonly string[];
}

/** Opens a session, sends it some messages, and cuts its connection. */
async function interrupted(kit: ConformanceKit): Promise<Reconnecting> {
  const log = new MemoryLog(newEpoch());
  const listener = await kit.listen(0, log);
  const { url, relay } = await kit.relay(listener.url);
  const peer = await kit.connect(url, 'text', { reconnect: 'library' });
  const before = await publish(log, 3, listener);
  await received(kit, peer, before);
  relay.cut();
  const reason = await peer.isInterrupted();
  assert.notEqual(reason.message, '', 'a connection ended without a reason');
  return { log, listener, relay, peer, before };
}

async function reconnectsToTheServer(kit: ConformanceKit): Promise<void> {
  const { log, listener, relay, peer, before } = await interrupted(kit);
  const missed = await publish(log, 2, listener);
  relay.mend();
  await backIn(kit, peer, { before, missed, live: () => publish(log, 2, listener) });
}

async function reconnectsAfterRestart(kit: ConformanceKit): Promise<void> {
  const { log, listener, relay, peer, before } = await interrupted(kit);
  await listener.close();
  const missed = await publish(log, 2);
  const second = await kit.listen(0, log);
  relay.mend(portOf(second.url));
  const { replayed } = await backIn(kit, peer, { before, missed, live: () => publish(log, 2, second) });
  if (kit.subject.capabilities.resumeEndsWithServer)
    assert.equal(replayed, false, 'the library says that a session was restored that no server had');
}

/** Waits until the library has reconnected. Throws unless the session then receives what the library has said. */
async function backIn(
  kit: ConformanceKit,
  peer: Peer,
  { before, missed, live }: { before: readonly string[]; missed: readonly string[]; live: () => Promise<string[]> },
): Promise<{ readonly replayed: boolean }> {
  const how = await peer.isResumed();
  const since = [...(how.replayed ? missed : []), ...(await live())];
  await received(kit, peer, [...before, ...since]);
  assert.deepEqual(
    [peer.interruptions.length, peer.resumptions.length, peer.losses.length],
    [1, 1, 0],
    'one end of a connection must be told as one interruption, one resumption and no loss',
  );
  return how;
}

async function closesWhileInterrupted(kit: ConformanceKit): Promise<void> {
  const { relay, peer } = await interrupted(kit);
  await Promise.all([peer.close(), peer.close()]);
  relay.mend();
  assert.deepEqual(
    [peer.interruptions.length, peer.resumptions.length, peer.losses.length],
    [1, 0, 0],
    'a session that was closed must not be reported as resumed or lost',
  );
}
