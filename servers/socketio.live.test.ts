import { get } from 'node:http';
import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import { usualLimits } from '../bench/limits.ts';
import { application } from './application.ts';
import { listen } from './socketio.ts';

test.each([[undefined], [null], [42], [{ length: 20 }], [['a']]])(
  'an event whose argument is %j ends its session and no other',
  async (argument) => {
    const settings = { host: '127.0.0.1', port: 0, options: {}, limits: usualLimits(1_000) };
    const listener = await listen(application, settings);
    const open = () => io(listener.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    const [offender, bystander] = [open(), open()];
    try {
      await new Promise<void>((resolve) => bystander.on('connect', resolve));
      const gone = new Promise((resolve) => offender.on('disconnect', resolve));
      const answered: unknown[] = [];
      offender.on('m', (message) => answered.push(message));
      if (argument === undefined) offender.emit('m');
      else offender.emit('m', argument);
      await gone;
      expect(answered).toEqual([]);
      const echo = new Promise((resolve) => bystander.on('m', resolve));
      bystander.emit('m', 'still here');
      expect(await echo).toBe('still here');
    } finally {
      offender.disconnect();
      bystander.disconnect();
      await listener.close();
    }
  },
);

test('a POST over the limit is answered with 413, and its session is over', async () => {
  const settings = { host: '127.0.0.1', port: 0, options: { transport: 'polling' }, limits: usualLimits(1_000) };
  const listener = await listen(application, settings);
  try {
    const url = `${listener.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    const session = `${url}&sid=${sid}`;
    const post = async (body: string) => (await fetch(session, { method: 'POST', body })).status;
    expect(await post('40')).toBe(200);
    expect(await post(`42["m","${'x'.repeat(10_000)}"]`)).toBe(413);
    expect(await post('42["m","hello"]')).toBe(400);
  } finally {
    await listener.close();
  }
});

test('a WebSocket where there is polling alone is refused, not kept waiting', async () => {
  const settings = { host: '127.0.0.1', port: 0, options: { transport: 'polling' }, limits: usualLimits(1_000) };
  const listener = await listen(application, settings);
  try {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = get(`${listener.url}/socket.io/?EIO=4&transport=websocket`, { headers, agent: false });
      asked.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(400);
  } finally {
    await listener.close();
  }
});
