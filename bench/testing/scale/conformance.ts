import { expect } from 'vitest';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import type { Encoding, Message, Platform } from '../../contract.ts';
import { capabilitiesOf, loadClient, optionsOf, type TransportChoice } from '../../transports/index.ts';
import { Kit } from '../kit.ts';
import { startService } from './service.ts';

const MESSAGES = 20;

/**
 * Checks that what sessions of several nodes broadcast at the same time reaches every session of every node: once each, as text or bytes
 * as it was sent, and in one order at all of them.
 */
export async function expectOneService(
  choice: TransportChoice,
  { nodes, encoding, platform }: { readonly nodes: number; readonly encoding: Encoding; readonly platform: Platform },
): Promise<void> {
  await using service = await startService(choice, nodes, encoding);
  await using kit = new Kit();
  const client = await loadClient(choice.entry);
  const settings = { options: optionsOf(choice), encoding, platform };
  const { urls } = service;
  // Two sessions at each node.
  const peers = await Promise.all([...urls, ...urls].map((url) => kit.connect(client, url, settings)));
  const textOf = (sender: number, number: number): string =>
    `${senderPrefix(BROADCAST, sender)}${sequenceDigits(number)} – from ${sender}`;
  const messageOf = (text: string): Message => (encoding === 'text' ? text : new TextEncoder().encode(text));
  const all = peers.flatMap((_, sender) => Array.from({ length: MESSAGES }, (_, number) => textOf(sender, number)));
  await Promise.all(
    peers.map(async (peer, sender) => {
      for (let number = 0; number < MESSAGES; number++) await peer.send(messageOf(textOf(sender, number)));
    }),
  );
  const { reliable, ordered } = capabilitiesOf(choice);
  if (!reliable) return;
  const received = await Promise.all(peers.map((peer) => peer.has(all.length)));
  const kind = encoding === 'text' ? 'string' : 'object';
  for (const messages of received) expect(new Set(messages.map((message) => typeof message))).toEqual(new Set([kind]));
  const texts = received.map((messages) =>
    messages.map((message) => (typeof message === 'string' ? message : new TextDecoder().decode(message))),
  );
  for (const one of texts) expect(one.toSorted()).toEqual(all.toSorted());
  if (ordered) for (const one of texts) expect(one).toEqual(texts[0]);
  for (const { losses, unreadables } of peers) expect({ losses, unreadables }).toEqual({ losses: [], unreadables: [] });
}
