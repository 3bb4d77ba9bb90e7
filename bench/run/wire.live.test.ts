import { expect, test } from 'vitest';
import { whyUnmet } from '../testing/needs.ts';
import { isQuick, subjectNames, subjects } from '../testing/subjects.ts';
import { countWire, wirePlan } from '../testing/wire-trial.ts';
import { loopback } from './link.ts';

/** True if wire.link.test.ts runs, which also counts the sockets of every variant. */
const isCountedOnLink = (await whyUnmet('privateLink')) === undefined;
const names = subjectNames().filter((name) => !isCountedOnLink || !name.includes(':'));
const unavailable = new Map((await subjects()).map((subject) => [subject.name, subject.unavailable]));

// The test on the link, where it runs, polls at the usual interval and counts the sockets at every size.
const settings = { transports: names, ...(isCountedOnLink && !isQuick ? { size: 1024 } : {}) };
test.for(wirePlan(settings, { allShort: isCountedOnLink }).cases)(
  '$id: on the loopback, the sockets carry what the formula says, to the byte',
  async (planned, { skip }) => {
    const why = unavailable.get(planned.name);
    if (why !== undefined) skip(why);
    const { theory, wire, messages, socket } = await countWire(planned, loopback());
    expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
    if (wire.datagrams === undefined) expect(socket).toMatchObject({ up: theory.up, down: theory.down });
  },
);
