import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../testing/command.ts';
import { networkNamespaces } from '../testing/processes.ts';
import { openLink, PACKET_BYTES, privateLink } from './link.ts';

test('--link loopback makes nothing', async () => {
  const before = networkNamespaces();
  const link = await openLink('loopback');
  expect(link).toMatchObject({ kind: 'loopback', host: '127.0.0.1', reason: undefined, serverEnd: [] });
  expect(link.counters()).toBeNull();
  expect(networkNamespaces()).toEqual(before);
});

describe('a private link', () => {
  test('carries what its two ends say to each other, counts it, and is gone when closed', async () => {
    const before = networkNamespaces();
    const link = await privateLink();
    expect(networkNamespaces().length).toBe(before.length + 2);
    expect(link.counters()).toEqual({ bytesUp: 0, bytesDown: 0, packetsUp: 0, packetsDown: 0 });
    const [receiver, ...receiverArgs] = [...link.serverEnd, process.execPath, '-e', RECEIVER];
    const receiving = spawn(receiver!, receiverArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(receiving.stdout!, 'data');
    const [sender, ...senderArgs] = [...link.generatorEnd, process.execPath, '-e', SENDER];
    execFileSync(sender!, senderArgs);
    await once(receiving, 'exit');
    // Ethernet 14, IPv4 20, UDP 8.
    expect(link.counters()).toEqual({ bytesUp: 3 * (42 + 100), packetsUp: 3, bytesDown: 0, packetsDown: 0 });
    expect(PACKET_BYTES).toBe(14 + 20 + 20 + 12);
    await link.close();
    expect(networkNamespaces()).toEqual(before);
  });

  test('is gone when the process that made it is killed', async () => {
    const before = networkNamespaces();
    const module = fileURLToPath(new URL('./link.ts', import.meta.url));
    const script = `await (await import(${JSON.stringify(module)})).privateLink(); console.log('made'); setInterval(() => {}, 1e6);`;
    const maker = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void maker.kill('SIGKILL'));
    await once(maker.stdout!, 'data');
    expect(networkNamespaces().length).toBe(before.length + 2);
    maker.kill('SIGKILL');
    await once(maker, 'exit');
    await until(() => networkNamespaces().length === before.length);
  });
});

const RECEIVER = `
  const socket = require('node:dgram').createSocket('udp4');
  let count = 0;
  socket.on('message', () => { if (++count === 3) socket.close(); });
  socket.bind(10077, '10.77.0.1', () => console.log('bound'));`;
const SENDER = `
  const socket = require('node:dgram').createSocket('udp4');
  let left = 3;
  const sent = () => { if (--left === 0) socket.close(); };
  for (let index = 0; index < 3; index++) socket.send(Buffer.alloc(100), 10077, '10.77.0.1', sent);`;
