import { rmSync, statSync, writeFileSync } from 'node:fs';
import { MIN_SIZE } from '../../codec/header.ts';
import { errorText } from '../../error-text.ts';
import { readOptions } from '../../plan/options.ts';
import { makePlan } from '../../plan/plan.ts';
import { type Given, listOf, suggestion } from '../../plan/readers.ts';
import { MAX_SIZE } from '../../plan/settings.ts';
import { command as asCommand } from '../../results/command.ts';
import { whyNot, writeWhole } from '../../results/file.ts';
import { type CapturedExchange, captureExchange } from '../../run/capture/exchange.ts';
import { commentOf, groupFrames, nameFrames } from '../../run/capture/groups.ts';
import { formatPcapng } from '../../run/capture/pcapng.ts';
import { INTERFACE } from '../../run/link.ts';
import { type RelayedLink, relayedLink } from '../../run/network/relayed-link.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { networkOf } from '../../scenarios/shared/network.ts';
import { dissectionOf, findTransport, nameOf, transportNames, whyNotOn } from '../../transports/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode, refuseIf, UsageError } from '../exit.ts';
import { NO_FOLDER } from '../files.ts';
import { type Flag, numberFlag, textFlag, toggle, type Values } from '../flags.ts';
import type { Io } from '../io.ts';
import { usePlugins } from '../plugins/plugins.ts';
import { givenOf, settingFlag } from '../setting-flags.ts';
import { type CaptureDocument, captureText } from './capture-text.ts';

/** Scenario whose messages are sent: their echoes come back to the sender. */
const SCENARIO = 'echo';
/** Permissions of a new capture: it holds keys and tokens, though of an exchange that is over. */
const OWNER_ONLY = 0o600;

const NO_TLS: Flag<Given | undefined> = {
  help: 'use no TLS, which is the default over a --network',
  read: (given) => given,
};

const FLAGS = {
  size: numberFlag('<number>', `bytes of a message, at least ${MIN_SIZE}`, {
    usual: 128,
    min: MIN_SIZE,
    max: MAX_SIZE,
    whole: true,
  }),
  count: numberFlag('<number>', 'messages, each sent when the echo of the one before has come', {
    usual: 2,
    min: 1,
    max: 1_000,
    whole: true,
  }),
  binary: toggle('send bytes instead of text'),
  tls: settingFlag('tls', { help: 'use TLS; its keys are in the capture, so that readers decrypt it' }),
  'no-tls': NO_TLS,
  auth: settingFlag('auth', { help: 'authenticate with a token (JWT), signed with HS256 or ES256', usual: 'no token' }),
  network: settingFlag('network', {
    help: 'path that the packets take: none, a name such as 4g-lossy, or parts such as rtt=80ms+loss=1%; see docs/networks.md',
  }),
  plugin: textFlag({ argument: '<files>', help: 'modules that define transports of your own' }),
  out: textFlag({
    argument: '<file>',
    help: 'file of the capture',
    usual: 'one in this folder that is named after the transport, such as wirebench-ws.pcapng',
  }),
  force: toggle('replace the file if it exists'),
  json: toggle('print one JSON document: file, display filter, groups of packets'),
};

/** Captures an exchange of one session packet by packet, for Wireshark. */
export const command = defineCommand({
  name: 'capture',
  description: 'capture a short exchange over a transport, packet by packet, as a file for Wireshark',
  arguments: [{ name: 'transport' }],
  flags: FLAGS,
  examples: [
    ['Two messages over WebSocket and TLS, with the keys to decrypt them', 'npm run capture -- ws --tls'],
    ['MQTT with acknowledgements over a slow path', 'npm run capture -- mqtt:qos1 --network rtt=80ms'],
  ],
  graceful: true,
  async run(flags, { words: [name], problems, io, interrupted: signal }) {
    if (name === undefined) throw new UsageError(problems);
    const planned = await plannedFor(name, flags, problems, io);
    const out = flags.out ?? `wirebench-${name.replaceAll(':', '-')}.pcapng`;
    problems.push(...whyNotWritable(out, flags.force, io));
    if (planned === undefined || problems.length > 0) throw new UsageError(problems);
    let captured: CapturedExchange;
    try {
      const link = await openRelay(planned, signal);
      try {
        const { count } = flags;
        captured = await captureExchange(planned, { link, count, seed: SEED, environment: io.environment, signal });
      } finally {
        await link.close();
      }
    } catch (error) {
      if (signal.aborted) return EXIT.interrupted;
      if (error instanceof UsageError) throw error;
      io.error(`${name} could not be captured: ${errorText(error)}\n`);
      return EXIT.failed;
    }
    if (signal.aborted) return EXIT.interrupted;
    return finish(planned, captured, { ...flags, out }, io);
  },
});

/** Seed of the messages' content and of what the network does to packets. */
const SEED = 1;

/** Case of the exchange; undefined, with problems added, if it cannot be. */
async function plannedFor(
  name: string,
  { size, binary, tls, 'no-tls': noTls, auth, network, plugin }: Values<typeof FLAGS>,
  problems: string[],
  io: Io,
): Promise<PlannedCase | undefined> {
  if (plugin !== undefined) await usePlugins(listOf(plugin), io);
  const found = findTransport(name);
  if (found === undefined) {
    problems.push(`unknown transport "${name}"${suggestion(name, transportNames())}`);
    return undefined;
  }
  const why = await whyUnavailable(found);
  if (why !== undefined) problems.push(`${name} is unavailable here: ${why}`);
  const elsewhere = whyNotOn(found, 'node');
  if (elsewhere !== undefined) problems.push(`${name} ${elsewhere}; this command captures servers in Node`);
  // Wrong numbers have been reported.
  refuseIf(problems);
  const of = (value: string, where: string) => ({ value, where });
  const read = readOptions({
    ...givenOf({ tls: tls ?? noTls, auth, network }),
    scenarios: of(SCENARIO, ''),
    transports: of(name, 'transport'),
    size: of(String(size), '--size'),
    encoding: of(binary ? 'binary' : 'text', '--binary'),
    clients: of('1', ''),
    trials: of('1', ''),
  });
  if ('problems' in read) {
    problems.push(...read.problems);
    return undefined;
  }
  const { cases, leftOut } = makePlan(read.options);
  problems.push(...leftOut.map(({ reason }) => `${name}: ${reason}`));
  if (cases.length > 1) problems.push('--network names several networks; a capture is of one');
  return cases[0];
}

/** Problems of writing the file, which are known before anything starts. Writes what is no regular file, such as a pipe. */
function whyNotWritable(out: string, force: boolean, { resolve }: Pick<Io, 'resolve'>): string[] {
  if (out === '') return ['--out names no file'];
  const path = resolve(out);
  const before = statSync(path, { throwIfNoEntry: false });
  if (before?.isDirectory()) return [`cannot write ${out}: it is a folder; name a file in it with --out`];
  if (before?.isFile() && !force)
    return [`${out} exists already; name another file with --out, or replace it with --force`];
  if (before !== undefined) return [];
  try {
    writeFileSync(path, '', { flag: 'wx', mode: OWNER_ONLY });
    rmSync(path);
    return [];
  } catch (error) {
    return [`cannot write ${out}: ${whyNot(error, NO_FOLDER)}; name another file with --out`];
  }
}

/** Makes the link whose relay sees every frame. Refuses a machine that cannot make one. */
async function openRelay(planned: PlannedCase, signal: AbortSignal): Promise<RelayedLink> {
  try {
    return await relayedLink({ network: networkOf(planned), seed: SEED, lines: 1, core: undefined, signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new UsageError([
      `packets are captured on a private link, and this machine can make none: ${errorText(error)}; see ${asCommand('npm run doctor')}`,
    ]);
  }
}

/** Writes the capture and says what is in it. */
function finish(
  planned: PlannedCase,
  { frames, leftOut, phases, keyLog, lost, url }: CapturedExchange,
  { out, count, size, json }: Pick<Values<typeof FLAGS>, 'count' | 'size' | 'json'> & { readonly out: string },
  io: Io,
): ExitCode {
  const names = nameFrames(frames, phases);
  const packets = frames.map((frame, index) => ({
    atNs: BigInt(frame.atNs),
    bytes: Buffer.from(frame.bytes, 'base64'),
    direction: frame.toServer ? ('in' as const) : ('out' as const),
    comment: commentOf(names[index] ?? '', frame),
  }));
  try {
    const capture = { program: 'wirebench', interface: INTERFACE, keyLog, packets };
    writeWhole(io.resolve(out), formatPcapng(capture), OWNER_ONLY);
  } catch (error) {
    io.error(`cannot write ${out}: ${whyNot(error, NO_FOLDER)}; name another file with --out\n`);
    return EXIT.internal;
  }
  const { filter, preferences = [], sealed } = dissectionOf(planned);
  const document: CaptureDocument = {
    schema: 'wirebench-capture/1',
    file: io.resolve(out),
    transport: nameOf(planned),
    size,
    count,
    encoding: planned.encoding,
    tls: planned.tls,
    auth: planned.auth,
    network: String(planned.dimensions?.network ?? 'none'),
    url,
    filter,
    preferences,
    keys: keyLog === '' ? 0 : keyLog.trimEnd().split('\n').length,
    sealed: sealed ?? null,
    packets: frames.length,
    bytes: packets.reduce((sum, { bytes }) => sum + bytes.length, 0),
    dropped: frames.filter(({ dropped }) => dropped).length,
    leftOut,
    lost,
    groups: groupFrames(frames, names),
  };
  io.out(json ? `${JSON.stringify(document, null, 2)}\n` : captureText(document, out, io.width()));
  return EXIT.done;
}
