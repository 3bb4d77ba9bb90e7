import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { commandOf } from '../../run/process-tree.ts';
import { cli, endStarted, startProgram, until } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';
import { withPrograms } from '../../testing/needs.ts';
import { allChildrenOf } from '../../testing/processes.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs } from '../../testing/unavailable.ts';
import type { CaptureDocument } from './capture-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-capture-test-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

let captures = 0;

/** Captures an exchange of one message into a new file, and resolves with what the command says about it. */
async function captured(...args: readonly string[]): Promise<CaptureDocument> {
  const out = join(folder, `${captures++}.pcapng`);
  const { code, stdout, stderr } = await wirebench(['capture', '--count', '1', '--out', out, '--json', ...args]);
  expect(code, stderr).toBe(0);
  const document: CaptureDocument = JSON.parse(stdout);
  expect(document).toMatchObject({ schema: 'wirebench-capture/1', file: out, lost: [], leftOut: 0 });
  return document;
}

/** Output of tshark for the packets that a display filter selects, without the user's own preferences. */
function tshark({ file, preferences }: CaptureDocument, filter: string, ...more: readonly string[]): string {
  const args = ['-n', '-r', file, ...preferences.flatMap((one) => ['-o', one]), '-Y', filter, ...more];
  return execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 << 20,
    env: { ...withPrograms(), HOME: folder, XDG_CONFIG_HOME: folder },
  });
}

/** Payloads of the packets of a direction of the message, as tshark decodes them. */
const payloadsOf = (document: CaptureDocument, way: 'up' | 'down', field: string): string =>
  tshark(document, `${document.filter} && frame.comment == "message 1, ${way}"`, '-T', 'fields', '-e', field);

describe('tshark', async () => {
  await needs('tshark');

  /** Header of the first message, in a field of tshark that has its text or its bytes in hexadecimal. */
  const HEADER = 'EAAAA0000000';
  const HEADER_OR_HEX = new RegExp(`${HEADER}|${Buffer.from(HEADER).toString('hex')}`);

  test.each(
    [
      ['ws', 'text'],
      ['sse', 'http.file_data'],
      ['sse:h2', 'http2.data.data'],
      ['mqtt', 'mqtt.msg_text'],
      ['graphql', 'text'],
      ['graphql:sse', 'http.file_data'],
      ['grpc', 'grpc.message_data'],
    ].flatMap(([transport = '', field = '']) => [
      { transport, field, flags: [] },
      { transport, field, flags: ['--tls'] },
    ]),
  )('decodes $transport $flags', async ({ transport, field, flags }) => {
    const document = await captured(transport, ...flags);
    expect(document.keys > 0).toBe(flags.length > 0);
    for (const way of ['up', 'down'] as const) expect(payloadsOf(document, way, field)).toMatch(HEADER_OR_HEX);
    const tls = tshark(document, 'tls.app_data', '-T', 'fields', '-e', 'frame.number');
    expect(tls !== '').toBe(flags.length > 0);
  });

  test('cannot decode what is encrypted if the keys are taken out', async () => {
    const document = await captured('ws', '--tls');
    const bytes = readFileSync(document.file);
    const at = bytes.indexOf(Buffer.from('0a000000', 'hex'));
    expect(bytes.readUInt32LE(at + 8)).toBe(0x544c534b);
    const file = join(folder, 'without.pcapng');
    writeFileSync(file, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + bytes.readUInt32LE(at + 4))]));
    expect(tshark({ ...document, file }, 'websocket')).toBe('');
    expect(tshark(document, 'websocket')).not.toBe('');
  });

  for (const { name, entry, unavailable } of await subjects()) {
    describe(name, () => {
      beforeEach(({ skip }) => {
        if (unavailable !== undefined) skip(unavailable);
      });

      test('opens without a malformed packet, and the filter finds packets', async () => {
        const { auth } = entry.capabilities;
        const document = await captured(
          name,
          ...(entry.tls === false ? [] : ['--tls']),
          ...(auth ? ['--auth', 'ES256'] : []),
        );
        expect(tshark(document, '_ws.malformed || _ws.short || ip.bogus_ip_length')).toBe('');
        expect(tshark(document, document.filter)).not.toBe('');
        const comments = tshark(document, 'frame', '-T', 'fields', '-e', 'frame.comment').trim().split('\n');
        expect(comments).toHaveLength(document.packets);
        for (const comment of ['handshake', 'message 1, up', 'message 1, down', 'goodbye'])
          expect(comments, comment).toContain(comment);
        const packets = document.groups.flatMap((group) => group.packets);
        expect(packets.toSorted((a, b) => a - b)).toEqual(comments.map((_, index) => index + 1));
        for (const group of document.groups)
          for (const number of group.packets) expect(comments[number - 1]).toBe(group.name);
      });
    });
  }

  test('sees delays of a network, and which packets it drops', async () => {
    const slow = await captured('tcp', '--network', 'rtt=200ms', '--no-tls');
    const fields = ['-T', 'fields', '-e', 'frame.time_relative', '-e', 'frame.comment'];
    const times = tshark(slow, 'tcp.flags.syn == 1', ...fields)
      .trim()
      .split('\n')
      .map((line) => Number(line.split('\t')[0]));
    expect(times).toHaveLength(2);
    // Half a round trip after the SYN reached the relay, the server answers.
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(0.09);

    const lossy = await captured('tcp', '--network', 'rtt=20ms+loss=20%', '--count', '20');
    expect(lossy.tls).toBe(true);
    expect(lossy.dropped).toBeGreaterThan(0);
    const dropped = tshark(
      lossy,
      'frame.comment contains "dropped by the network"',
      '-T',
      'fields',
      '-e',
      'frame.number',
    );
    expect(dropped.trim().split('\n')).toHaveLength(lossy.dropped);
    expect(tshark(lossy, 'tcp.analysis.retransmission || tcp.analysis.spurious_retransmission')).not.toBe('');
  });

  test('sees bytes, of the size that was asked for', async () => {
    const document = await captured('ws', '--binary', '--size', '20000');
    expect(document.encoding).toBe('binary');
    expect(tshark(document, 'websocket.opcode == 2', '-T', 'fields', '-e', 'websocket.payload_length_ext_16')).toBe(
      '20000\n20000\n',
    );
  });
});

describe('the file', () => {
  test('has the name of the transport, belongs to its owner only, and is replaced only when forced', async () => {
    const cwd = join(folder, 'named');
    mkdirSync(cwd);
    const args = ['capture', 'mqtt:qos1', '--count', '1'];
    const first = await wirebench(args, { cwd });
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^wirebench-mqtt-qos1\.pcapng: 1 message of 128 bytes over mqtt:qos1 and back, in\s/);
    expect(first.stdout).toContain('\nwireshark -r wirebench-mqtt-qos1.pcapng -o mqtt.show_msg_as_text:TRUE -Y mqtt\n');
    for (const group of ['handshake', 'message 1, up', 'message 1, down', 'goodbye'])
      expect(first.stdout).toMatch(new RegExp(`^${group} +[\\d,]+  \\d`, 'm'));
    const file = join(cwd, 'wirebench-mqtt-qos1.pcapng');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    expect((await wirebench(args, { cwd })).code).toBe(2);
    expect(readFileSync(file)).toEqual(bytes);
    expect((await wirebench([...args, '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(file)).not.toEqual(bytes);
    expect(readdirSync(cwd)).toEqual(['wirebench-mqtt-qos1.pcapng']);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('is not there after %s, nor anything else', async (signal) => {
    const cwd = join(folder, signal);
    const temporary = join(folder, `${signal}-tmp`);
    for (const place of [cwd, temporary]) mkdirSync(place);
    const args = [cli, 'capture', 'ws', '--tls', '--count', '1000'];
    const { child, ended } = startProgram(process.execPath, args, { TMPDIR: temporary }, 'closed', cwd);
    // Shells of three namespaces, relay, server and load worker; the keys of the connection are on the disk.
    const keys = (): string[] => readdirSync(temporary, { recursive: true, encoding: 'utf8' });
    await until(() => keys().some((name) => name.endsWith('/keys')));
    const helpers = allChildrenOf(child.pid);
    expect(helpers.length).toBeGreaterThanOrEqual(6);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 130, stdout: '' });
    expect([readdirSync(cwd), keys()]).toEqual([[], []]);
    await until(() => helpers.every(({ pid, command }) => commandOf(pid) !== command));
  });
});
