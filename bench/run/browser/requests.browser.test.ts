import { describe, expect, test } from 'vitest';
import { type CapturedRequest, captured, MESSAGES } from '../../testing/browser/requests.ts';

/** Fields that a browser adds to a request of a page: no script can leave them out (Fetch Standard, forbidden request-headers). */
const BY_BROWSER = [
  'accept-encoding',
  'accept-language',
  'origin',
  'referer',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'user-agent',
];

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** Bytes by which each field of one request is longer than in another, without those of equal length. */
function differences(browser: CapturedRequest, node: CapturedRequest): Map<string, number> {
  const names = [...new Set([...browser.fields.keys(), ...node.fields.keys()])].toSorted();
  const of = ({ fields }: CapturedRequest, name: string): number => fields.get(name) ?? 0;
  return new Map(
    names.flatMap((name) => {
      const more = of(browser, name) - of(node, name);
      return more === 0 ? [] : [[name, more] as const];
    }),
  );
}

describe.each(['sse', 'http-stream', 'long-polling'])('requests of %s', (transport) => {
  test('are longer in a browser by fields that it adds, byte for byte', { timeout: 240_000 }, async () => {
    const [browser, node] = [await captured(transport, 'chromium'), await captured(transport, 'node')];
    const last = (method: string, { requests }: typeof browser) =>
      requests.findLast(({ line }) => line.startsWith(method)) ?? expect.unreachable();
    const [mine, other] = [last('POST', browser), last('POST', node)];
    const found = differences(mine, other);
    const fields = sum(found.values()) + mine.line.length - other.line.length;
    expect(mine.headBytes - other.headBytes).toBe(fields);
    expect(fields, [...found].join(' ')).toBeGreaterThan(300);
    for (const name of BY_BROWSER) expect([...mine.fields.keys()]).toContain(name);
    // Everything that went up is requests, so their heads are all that differs.
    const heads = (of: typeof browser): number => sum(of.requests.map(({ headBytes }) => headBytes));
    const bodies = (of: typeof browser): number => of.bytesUp - heads(of);
    expect(bodies(browser)).toBe(bodies(node));
  });
});

test('messages over ws are as long from a browser as from Node', { timeout: 240_000 }, async () => {
  const [browser, node] = [await captured('ws', 'chromium'), await captured('ws', 'node')];
  expect(browser.requests).toEqual([]);
  expect(browser.bytesUp).toBe(node.bytesUp);
  expect(browser.bytesUp).toBeGreaterThan(64 * MESSAGES);
});
