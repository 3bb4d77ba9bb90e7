import { get } from 'node:http';
import { io } from 'socket.io-client';
import { expect, test } from 'vitest';
import { usualLimits } from '../bench/limits.ts';
import { Kit } from '../bench/testing/kit.ts';
import * as server from './socketio.ts';

const limits = usualLimits(1_000);

test.each([[undefined], [null], [42], [{ length: 20 }], [['a']]])(
  'an event whose argument is %j ends its session and no other',
  async (argument) => {
    await using kit = new Kit();
    const { url } = await kit.listen(server, { limits });
    const open = () => {
      const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
      kit.defer(() => socket.disconnect());
      return socket;
    };
    const [offender, bystander] = [open(), open()];
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
  },
);

test('a POST over the limit is answered with 413, and its session is over', async () => {
  await using kit = new Kit();
  const listener = await kit.listen(server, { options: { transport: 'polling' }, limits });
  const url = `${listener.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
  const session = `${url}&sid=${sid}`;
  const post = async (body: string) => (await fetch(session, { method: 'POST', body })).status;
  expect(await post('40')).toBe(200);
  expect(await post(`42["m","${'x'.repeat(10_000)}"]`)).toBe(413);
  expect(await post('42["m","hello"]')).toBe(400);
});

test('a WebSocket where there is polling alone is refused, not kept waiting', async () => {
  await using kit = new Kit();
  const listener = await kit.listen(server, { options: { transport: 'polling' }, limits });
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = get(`${listener.url}/socket.io/?EIO=4&transport=websocket`, { headers, agent: false });
    asked.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
  expect(status).toBe(400);
});
