import { describe, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { LoadGenerator } from '../run/generator.ts';
import { makeIdentity } from '../security/identity.ts';
import { Kit, within } from '../testing/kit.ts';
import { countingRelay } from '../testing/network/counting-relay.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { subjects } from '../testing/subjects.ts';
import { clientModule, loadServer, optionsOf } from '../transports/index.ts';

const identity = await makeIdentity(['127.0.0.1']);
const subjectsOverTcp = (await subjects()).filter(({ entry }) => entry.datagrams === undefined);
const CLIENTS = 2;
/** Bytes of a TLS handshake with the server's certificate, at the very least. */
const HANDSHAKE_BYTES = 500;

describe('over TLS, sockets of the load count the bytes that cross the network', () => {
  test.concurrent.for(subjectsOverTcp)(
    '$name, to the byte',
    async ({ entry, variant, unavailable }, { expect, skip }) => {
      if (unavailable !== undefined) skip(unavailable);
      await using kit = new Kit();
      const options = optionsOf({ entry, variant });
      const { url } = await kit.listen(await loadServer(entry), { options, identity });
      const relay = await countingRelay(kit, url);
      const generator = kit.use(
        new LoadGenerator({ workers: 1, clients: CLIENTS, signal: new AbortController().signal }),
      );
      const counted = async () => {
        const [bytes] = await generator.bytes();
        return { bytes: { up: bytes?.bytesUp, down: bytes?.bytesDown }, aboveTls: bytes?.aboveTls };
      };
      /** Waits until both have counted everything. */
      const agreed = (): Promise<void> =>
        within(expect.poll(async () => (await counted()).bytes).toEqual(relay.bytes), 'the bytes to agree');
      const { protocols } = await generator.open(
        {
          module: clientModule(entry),
          urls: [relay.url],
          options,
          encoding: 'text',
          size: 64,
          seed: 1,
          opcode: ECHO,
          reaches: 'sender',
          tls: true,
          authority: identity.certificate,
        },
        { until: CLIENTS, inFlight: 1 },
      );
      expect(protocols).toEqual(['TLSv1.3']);
      await agreed();
      const { up, down } = relay.bytes;
      expect(Math.min(up, down)).toBeGreaterThan(CLIENTS * HANDSHAKE_BYTES);
      const phase = {
        first: 0,
        rate: 40,
        seconds: 0.25,
        startNs: await generator.prepare(),
        drainSeconds: PATIENCE_SECONDS,
      };
      const { sent, delivered, errors } = await generator.phase(phase);
      expect({ sent, delivered, errors }).toEqual({ sent: 10, delivered: 10, errors: {} });
      await agreed();
      expect(relay.bytes.up).toBeGreaterThan(up + sent * 64);
      expect(await counted()).toMatchObject({ aboveTls: 0 });
    },
  );
});
