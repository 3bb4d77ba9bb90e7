import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createElement, type ReactNode, StrictMode, startTransition, useEffect, useLayoutEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, test, vi } from 'vitest';
import { type Relay, startRelay } from '../../bench/checks/conformance/relay.ts';
import { formatLogId, MemoryLog, newEpoch } from '../../bench/codec/replay-log.ts';
import type { Listener, Message } from '../../bench/contract.ts';
import { Kit } from '../../bench/testing/kit.ts';
import { findTransport, loadServer } from '../../bench/transports/index.ts';
import { platform } from '../platform/node.ts';
import type { Connections, Surroundings } from './connections.ts';
import { TransportProvider, useConnections } from './provider.ts';
import { mount } from './testing/dom.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { TransportName } from './transports.ts';
import { type Transport, type TransportOptions, useTransport } from './use-transport.ts';

/** Surroundings in Node, with a back-off that is short. */
const SURROUNDINGS: Surroundings = { platform, random: () => 0.05 };

const eventually = <Value>(check: () => Value): Promise<Value> =>
  vi.waitFor(check, { timeout: 50_000, interval: 10 }) as Promise<Value>;

interface Props {
  readonly name: TransportName;
  readonly url: string | null;
  readonly options?: TransportOptions;
  /** Message that the component sends when it is mounted, before its connection can be open. */
  readonly greeting?: string;
}

/** Component that keeps what the hook returned at each rendering, and all messages. */
function probe() {
  const seen: Transport[] = [];
  const received: Message[] = [];
  const greetings: Promise<void>[] = [];
  function Probe({ name, url, options, greeting }: Props): ReactNode {
    const transport = useTransport(name, url, { onMessage: (message) => received.push(message), ...options });
    const { send } = transport;
    seen.push(transport);
    useEffect(() => {
      if (greeting !== undefined) greetings.push(send(greeting));
    }, [send, greeting]);
    return createElement('p', null, `${transport.status} ${transport.last}`);
  }
  const latest = (): Transport => seen.at(-1)!;
  return {
    Probe,
    seen,
    received,
    greetings,
    latest,
    isOpen: () => eventually(() => expect(latest().status).toBe('open')),
  };
}

const inside = (node: ReactNode, surroundings = SURROUNDINGS): ReactNode =>
  createElement(StrictMode, null, createElement(TransportProvider, surroundings, node));

interface Served {
  readonly listener: Listener;
  readonly relay: Relay;
  /** Address of the relay. */
  readonly url: string;
}

/** Serves a transport behind a relay. */
async function serve(kit: Kit, name: TransportName, log?: MemoryLog): Promise<Served> {
  const { entry } = findTransport(name)!;
  const listener = await kit.listen(await loadServer(entry), { log });
  const relay = kit.use(await startRelay(Number(new URL(listener.url).port)));
  return { listener, relay, url: `http://127.0.0.1:${relay.port}/` };
}

test('opens one connection in StrictMode, and sends what was sent before it was open', async () => {
  await using kit = new Kit();
  const { relay, url } = await serve(kit, 'ws');
  const { Probe, seen, received, greetings, latest, isOpen } = probe();
  using mounted = mount(inside(createElement(Probe, { name: 'ws', url, greeting: 'hello' })));
  await isOpen();
  // StrictMode mounts twice, so the component greeted twice.
  await Promise.all(greetings);
  await eventually(() => expect(received).toEqual(['hello', 'hello']));
  await latest().send('again');
  await eventually(() => expect(mounted.text).toBe('open again'));
  expect(relay.accepted).toBe(1);
  expect(seen[0]).toMatchObject({ status: 'connecting', last: undefined, error: undefined });
  expect(latest()).toMatchObject({ error: undefined, attempts: 0, last: 'again' });
  expect(mounted.errors).toEqual([]);
  mounted.unmount();
  await eventually(() => expect(relay.open).toBe(0));
  await expect(latest().send('too late')).rejects.toThrow('the component is not mounted');
});

test('unmounting while it connects leaves nothing open', async () => {
  await using kit = new Kit();
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  kit.defer(() => silent.close());
  const relay = kit.use(await startRelay((silent.address() as AddressInfo).port));
  for (const name of ['ws', 'sse', 'socketio', 'long-polling'] as const) {
    const before = relay.accepted;
    const { Probe, latest, greetings } = probe();
    const url = `http://127.0.0.1:${relay.port}/`;
    using mounted = mount(inside(createElement(Probe, { name, url, greeting: 'hello' })));
    await eventually(() => expect(relay.accepted).toBe(before + 1));
    const refused = Promise.allSettled(greetings);
    mounted.unmount();
    await eventually(() => expect(relay.open).toBe(0));
    expect(latest().status).toBe('connecting');
    expect((await refused).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(mounted.errors).toEqual([]);
  }
});

describe.each(['ws', 'sse', 'socketio', 'long-polling', 'http-stream', 'graphql'] as const)('%s', (name) => {
  test('comes back after cuts; nothing is lost, nothing comes twice', async () => {
    await using kit = new Kit();
    const log = new MemoryLog(newEpoch());
    const { listener, relay, url } = await serve(kit, name, log);
    const { Probe, seen, received, isOpen, latest } = probe();
    const cursorOf = (message: Message): string => formatLogId({ epoch: log.epoch, offset: Number(message) });
    using mounted = mount(inside(createElement(Probe, { name, url, options: { cursorOf } })));
    await isOpen();
    let published = 0;
    const publish = async (): Promise<void> => {
      const { id, message } = log.append(String(published++));
      await listener.broadcast(message, id);
    };
    const all = (): string[] => Array.from({ length: published }, (_, index) => String(index));
    await publish();
    await eventually(() => expect(received).toEqual(all()));
    for (const round of [1, 2, 3]) {
      const from = seen.length;
      relay.cut();
      await publish();
      await eventually(() => expect(latest().status).toBe('reconnecting'));
      await publish();
      // The first attempts find the path cut.
      await eventually(() => expect(latest().attempts).toBeGreaterThanOrEqual(round));
      expect(latest().error).toBeInstanceOf(Error);
      relay.mend();
      await publish();
      await isOpen();
      await publish();
      await eventually(() => expect(received).toEqual(all()));
      expect(seen.slice(from).map(({ status }) => status)).toContain('reconnecting');
      expect(latest().error).toBeUndefined();
    }
    expect(mounted.errors).toEqual([]);
  });
});

test('calls the newest function of the component, without another connection', async () => {
  await using kit = new Kit();
  const { relay, url } = await serve(kit, 'ws');
  const { Probe, latest, isOpen } = probe();
  const heard: string[] = [];
  const node = (version: string): ReactNode => {
    // Equal settings in new objects are no other settings.
    const options = {
      settings: { heartbeatSeconds: 5 },
      onMessage: (m: Message) => void heard.push(`${version} ${m}`),
    };
    return inside(createElement(Probe, { name: 'ws', url, options }));
  };
  using mounted = mount(node('first'));
  await isOpen();
  const { send } = latest();
  await send('a');
  await eventually(() => expect(heard).toEqual(['first a']));
  mounted.render(node('second'));
  await send('b');
  await eventually(() => expect(heard).toEqual(['first a', 'second b']));
  expect(latest().send).toBe(send);
  expect(relay.accepted).toBe(1);
});

test('another name, address or setting closes the connection and opens another', async () => {
  await using kit = new Kit();
  const [first, second, events] = await Promise.all([serve(kit, 'ws'), serve(kit, 'ws'), serve(kit, 'sse')]);
  const { Probe, latest, isOpen, seen } = probe();
  const show = (props: Props): ReactNode => inside(createElement(Probe, props));
  using mounted = mount(show({ name: 'ws', url: first.url }));
  await isOpen();
  const { send } = latest();
  const open = () => [first, second, events].map(({ relay }) => relay.open > 0);

  mounted.render(show({ name: 'ws', url: second.url }));
  await eventually(() => expect(open()).toEqual([false, true, false]));
  await isOpen();
  await expect(send('over the old one')).rejects.toThrow('not sent');

  mounted.render(show({ name: 'ws', url: second.url, options: { encoding: 'binary' } }));
  await eventually(() => expect(second.relay.accepted).toBe(2));
  await isOpen();
  await latest().send(Uint8Array.of(1, 2));
  await eventually(() => expect(latest().last).toEqual(Uint8Array.of(1, 2)));

  const from = seen.length;
  mounted.render(show({ name: 'sse', url: events.url }));
  await eventually(() => expect(open()).toEqual([false, false, true]));
  await isOpen();
  // The old connection’s messages are never shown with the new one.
  expect(seen.slice(from).every(({ last }) => last === undefined)).toBe(true);

  mounted.render(show({ name: 'sse', url: null }));
  await eventually(() => expect(open()).toEqual([false, false, false]));
  expect(latest().status).toBe('idle');
  await expect(latest().send('x')).rejects.toThrow('there is no address yet');
  expect(first.relay.accepted).toBe(1);
  expect(mounted.errors).toEqual([]);
});

test('components inside a provider share a connection, and see one state of it', async () => {
  await using kit = new Kit();
  const { relay, url } = await serve(kit, 'ws');
  const [left, right] = [probe(), probe()];
  const both = (isRight: boolean): ReactNode =>
    inside([
      createElement(left.Probe, { key: 1, name: 'ws', url }),
      isRight ? createElement(right.Probe, { key: 2, name: 'ws', url, options: { keepLast: false } }) : null,
    ]);
  using mounted = mount(both(true));
  await Promise.all([left.isOpen(), right.isOpen()]);
  await right.latest().send('x');
  await eventually(() => expect([left.received, right.received]).toEqual([['x'], ['x']]));
  await eventually(() => expect(mounted.text).toBe('open xopen undefined'));
  mounted.render(both(false));
  await left.latest().send('y');
  await eventually(() => expect(mounted.text).toBe('open y'));
  expect(right.received).toEqual(['x']);
  expect([relay.accepted, relay.open]).toEqual([1, 1]);
  mounted.unmount();
  await eventually(() => expect(relay.open).toBe(0));
});

test('no commit shows two states of a connection, also while a transition renders', async () => {
  await using kit = new Kit();
  const { url } = await serve(kit, 'ws');
  const { Probe, isOpen, latest } = probe();
  const commits: string[] = [];
  let place: { readonly text: string } | undefined;
  /** Component that takes its time to render, so that messages arrive between the renderings of two. */
  function Slow({ version }: { readonly version: number }): ReactNode {
    const { last } = useTransport('ws', url);
    for (const untilMs = performance.now() + 4; performance.now() < untilMs; );
    useLayoutEffect(() => {
      if (place !== undefined) commits.push(place.text);
    });
    return createElement('b', null, `${version} ${last};`);
  }
  const node = (version: number): ReactNode =>
    inside([
      createElement(Probe, { key: 0, name: 'ws', url, options: { keepLast: false } }),
      ...[1, 2, 3, 4, 5].map((key) => createElement(Slow, { key, version })),
    ]);
  using mounted = mount(node(0));
  place = mounted;
  await isOpen();
  for (let version = 1; version <= 20; version++) {
    startTransition(() => mounted.render(node(version)));
    await latest().send(`m${version}`);
    await eventually(() => expect(mounted.text).toContain(`${version} m${version};`));
  }
  const torn = commits.filter((text) => new Set(text.match(/ \w+;/g)).size > 1);
  expect(torn).toEqual([]);
  expect(commits.length).toBeGreaterThanOrEqual(20);
});

test('takes over what a server has rendered', async () => {
  await using kit = new Kit();
  const { relay, url } = await serve(kit, 'ws');
  const { Probe, isOpen } = probe();
  const node = inside(createElement(Probe, { name: 'ws', url }));
  const markup = renderToString(node);
  expect(markup).toContain('connecting');
  using mounted = mount(node, markup);
  await isOpen();
  expect(mounted.errors).toEqual([]);
  expect(relay.accepted).toBe(1);
});

test('a thousand mounts leave no connection, timer or listener', { timeout: 300_000 }, async () => {
  await using kit = new Kit();
  const { relay, url } = await serve(kit, 'ws');
  const pending = new Set<object>();
  const timers: Timers = {
    now: () => systemTimers.now(),
    after(ms, task) {
      const timer = {};
      pending.add(timer);
      const cancel = systemTimers.after(ms, () => {
        pending.delete(timer);
        task();
      });
      return () => {
        pending.delete(timer);
        cancel();
      };
    },
  };
  const all = new Set<Connections>();
  /** Component that finds out which connections the provider has. */
  function Witness(): ReactNode {
    all.add(useConnections());
    return null;
  }
  const inUse = (): number => Array.from(all, ({ size }) => size).reduce((sum, size) => sum + size, 0);
  const BATCH = 50;
  const options = { silenceMs: 3_600_000 };
  for (let mounts = 0; mounts < 1_000; mounts += BATCH) {
    all.clear();
    const probes = Array.from({ length: BATCH }, probe);
    /** Components with these probes, each with a connection of its own. */
    const shown = (isShown: (index: number) => boolean): ReactNode =>
      probes.flatMap(({ Probe }, index) => {
        if (!isShown(index)) return [];
        const children = [
          createElement(Witness, { key: 1 }),
          createElement(Probe, { key: 2, name: 'ws', url, options }),
        ];
        return [createElement('div', { key: index }, inside(children, { ...SURROUNDINGS, timers }))];
      });
    using mounted = mount(shown(() => true));
    await eventually(() => expect(inUse()).toBe(BATCH));
    // Every second one is unmounted at once: most of them while they connect.
    const stays = (index: number): boolean => index % 2 === 0;
    mounted.render(shown(stays));
    await Promise.all(probes.filter((_, index) => stays(index)).map(({ isOpen }) => isOpen()));
    mounted.render(null);
    await eventually(() => expect([relay.open, pending.size, inUse()]).toEqual([0, 0, 0]));
    expect(mounted.errors).toEqual([]);
  }
  expect(relay.accepted).toBeGreaterThanOrEqual(500);
  expect(relay.accepted).toBeLessThanOrEqual(1_000);
});
