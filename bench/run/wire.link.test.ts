import { afterAll, describe, expect, test } from 'vitest';
import { subjectNames, subjects } from '../testing/subjects.ts';
import { countWire, wirePlan } from '../testing/wire-trial.ts';
import { type Link, openLink } from './link.ts';

/** Room in a packet of 1,500 bytes after the headers of IP and TCP, or of IP and UDP. */
const MAX_IN_PACKET_BYTES = 1_472;

/** All links, and those of them that no test uses at the moment. */
const links: Link[] = [];
const free: Link[] = [];
afterAll(() => Promise.all(links.map((link) => link.close())));

/** Runs `use` with a link of its own, because several tests run at once and a link counts all that crosses it. */
async function overLink<Result>(use: (link: Link) => Promise<Result>): Promise<Result> {
  const link = free.pop() ?? (await openLink('auto'));
  if (!links.includes(link)) links.push(link);
  try {
    return await use(link);
  } finally {
    free.push(link);
  }
}

const names = subjectNames();
const { cases, leftOut } = wirePlan({ transports: names });
/** Message size greater than HTTP/2's window, WebSocket's shorter lengths and the largest combined frame. */
const longNames = ['ws', 'sse:h2', 'grpc', 'mqtt:ws'].filter((name) => names.includes(name));
const long = longNames.length > 0 ? wirePlan({ transports: longNames, size: 65_536 }).cases : [];
const unavailable = new Map((await subjects()).map((subject) => [subject.name, subject.unavailable]));

describe.concurrent('bytes of one message at a time', () => {
  test('are checked for every transport and variant at four sizes, but for those over what it promises', () => {
    expect(cases.length + leftOut.length).toBe(4 * names.length);
    for (const { reason } of leftOut) expect(reason).toMatch(/^carries no messages larger than \d+ bytes$/);
  });

  test.for(cases)('$id: sockets and link carry what the formula says', async (planned, { skip }) => {
    const why = unavailable.get(planned.name);
    if (why !== undefined) skip(why);
    const { theory, wire, messages, socket } = await overLink((link) => countWire(planned, link));
    expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
    // Sockets do not count datagrams; only the link does.
    if (wire.datagrams === undefined) expect(socket).toMatchObject({ up: theory.up, down: theory.down });

    expect(wire.layer).toBe('link');
    const { packetsUp = 0, packetsDown = 0 } = wire;
    // An exchange waits for the previous one. Within one, the system may put two small writes in one segment while an earlier
    // one still waits in its queue (tcp_autocorking), so there can be fewer segments than in the formula.
    expect(packetsUp).toBeGreaterThanOrEqual(Math.max(theory.exchanges, theory.up / MAX_IN_PACKET_BYTES));
    expect(packetsDown).toBeGreaterThanOrEqual(Math.max(theory.exchanges, theory.down / MAX_IN_PACKET_BYTES));
    // Acknowledgements are counted. The rest are TCP's options after reordering, or a keep-alive.
    const packets = packetsUp + packetsDown;
    const alone = (theory.acknowledgementBytes ?? 0) * (packets - theory.segmentsUp - theory.segmentsDown);
    const inTheory = theory.up + theory.down + theory.packetBytes * packets + alone;
    const tolerance = wire.datagrams === undefined ? 0.01 : 0.02;
    expect(Math.abs(wire.up + wire.down - inTheory)).toBeLessThan(inTheory * tolerance);
  });

  test.each(long)('$id: so they do where a message is longer than what is sent at once', async (planned) => {
    const { theory, messages, socket } = await overLink((link) => countWire(planned, link));
    expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
    expect(socket).toMatchObject({ up: theory.up, down: theory.down });
  });
});
