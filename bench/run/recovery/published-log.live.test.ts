import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import { PATIENT } from '../../testing/patience.ts';
import { PublishedLog } from './published-log.ts';

const { signal } = new AbortController();
const holder = fileURLToPath(new URL('../../testing/recovery/log-holder.ts', import.meta.url));

const messages = { size: 32, encoding: 'text', seed: 1, opcode: BROADCAST, sender: 2, senders: 3 } as const;

test('a log has the messages of its schedule until it is stopped, and its file goes with it', async () => {
  const originNs = process.hrtime.bigint().toString();
  let file: string;
  {
    await using log = new PublishedLog({ core: undefined }, signal);
    await log.open();
    ({ file } = log);
    expect(readFileSync(file, 'utf8')).toBe(`${log.epoch}\n`);
    // Hours of messages: only being stopped ends it.
    const publishing = log.publish({ ...messages, originNs, startNs: 0, intervalNs: 5e6, count: 1e6 }, 30);
    await vi.waitUntil(() => readFileSync(file, 'utf8').split('\n').length > 20, PATIENT);
    await log.stop();
    const { sent } = await publishing;
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(sent);
    // The sequence number stands after the opcode and four digits of the sender, in seven hexadecimal digits.
    expect(lines.map((line) => Number.parseInt(line.slice(6, 13), 16))).toEqual(lines.map((_, offset) => offset));
  }
  expect(existsSync(file)).toBe(false);
});

test('no file is left when the process that wanted it is killed', async () => {
  const child = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
    const file = String(said).trim();
    expect(existsSync(file)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'close');
    await vi.waitUntil(() => !existsSync(file), PATIENT);
  } finally {
    child.kill('SIGKILL');
  }
});
