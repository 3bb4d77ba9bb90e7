import { describe, expect, test } from 'vitest';
import { wirebench } from '../../testing/in-process.ts';

/** Environment of a machine without a browser. */
const environment = { WIREBENCH_CHROMIUM: '/nowhere/chromium' };
const RUN = ['run', '--transports', 'ws', '--scenarios', 'echo', '--link', 'loopback', '--plan'];

describe('without a browser', () => {
  test('clients cannot run in one, and the error says how to get it', async () => {
    const { code, stderr } = await wirebench([...RUN, '--clients-in', 'node,chromium'], { environment });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--clients-in chromium: there is no program \/nowhere\/chromium/);
  });

  test('clients run in Node', async () => {
    const { code, stdout } = await wirebench(RUN, { environment });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/browser/);
  });

  test('list says what is missing, as text and as JSON', async () => {
    const [text, json] = await Promise.all([
      wirebench(['list'], { environment }),
      wirebench(['list', '--json'], { environment }),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/Browser \(--clients-in chromium\)\n\s+chromium\s+○ unavailable here: there is no/);
    expect(JSON.parse(json.stdout).browser).toEqual({
      available: false,
      unavailable: expect.stringContaining('there is no program /nowhere/chromium'),
    });
  });

  test('doctor has a note with a remedy, and the machine is as fit as before', async () => {
    const { stdout } = await wirebench(['doctor', '--json'], { environment });
    const { checks } = JSON.parse(stdout) as { checks: readonly { name: string }[] };
    expect(checks.find(({ name }) => name === 'browser')).toMatchObject({
      state: 'note',
      observed: expect.stringContaining('/nowhere/chromium'),
      fix: expect.stringContaining('leave --clients-in out'),
    });
  });
});
