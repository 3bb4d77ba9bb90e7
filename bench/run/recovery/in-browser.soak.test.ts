import { describe, expect } from 'vitest';
import { POLICIES } from '../../results/dimensions.ts';
import type { Recovery } from '../../results/schema.ts';
import { browserHere } from '../../testing/browser/trial.ts';
import { accountingProblems, lossesOf } from '../../testing/network/fault-accounting.ts';
import { type FaultTrial, faultTrial } from '../../testing/network/fault-trial.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { whyNotInBrowser } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';

await needs('privateLink', 'chromium');

const CUT_SECONDS = 20;
const COMPARED = ['ws', 'sse', 'socketio', 'mqtt:ws', 'graphql', 'webrtc', 'webtransport'];
/** Transports whose connections a browser always ends by rules of its own: they must behave differently in Node. */
const DIFFERENT = ['webrtc'];

/** Fates of all sessions, and the typical times of those that have one. */
function told({ sessions, detection, reconnection, messages }: Recovery): string {
  const { survived, cameBack, gone, noticed } = sessions;
  const seconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} s`);
  return (
    `${survived} survived, ${cameBack} came back, ${gone} gone, ${noticed} noticed after ${seconds(detection.p50)}, ` +
    `back after ${seconds(reconnection.p50)}, lost ${messages.lost}`
  );
}

/** Time by which two typical times differ that are not the same by chance; infinite if only one side has one. */
const apart = (a: number | null, b: number | null): number =>
  a === null || b === null ? (a === b ? 0 : Number.POSITIVE_INFINITY) : Math.abs(a - b);

describe(`a cut of ${CUT_SECONDS} s, left to the libraries`, async () => {
  for (const found of (await subjects()).filter(({ name }) => COMPARED.includes(name))) {
    describe(found.name, () => {
      unavailable(found.unavailable);
      soak(`${found.name}: a cut of ${CUT_SECONDS} s in Node and in Chromium`, 300, async () => {
        const { signal } = new AbortController();
        await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
        const choice = { fault: 'blackhole', reconnect: 'library', outageSeconds: CUT_SECONDS } as const;
        const inNode = await faultTrial(path, found.name, choice);
        const inChromium = await faultTrial(path, found.name, { ...choice, browser: browserHere() });
        // A loss has no lower bound: what the server wrote before it gave a connection up may arrive by TCP’s retransmission.
        const losses = { ...lossesOf(found, 'blackhole', 'library'), inOnePiece: false };
        const problems = (trial: FaultTrial): string[] => accountingProblems(trial, losses);
        expect(problems(inNode)).toEqual([]);
        expect(problems(inChromium)).toEqual([]);
        const seen = `Node: ${told(inNode.recovery)}; Chromium: ${told(inChromium.recovery)}`;
        const [a, b] = [inNode.recovery, inChromium.recovery];
        const differs =
          a.sessions.survived !== b.sessions.survived ||
          a.sessions.noticed !== b.sessions.noticed ||
          apart(a.detection.p50, b.detection.p50) > 1;
        if (DIFFERENT.includes(found.name)) expect(differs, seen).toBe(true);
        return seen;
      });
    });
  }
});

const FREEZE_SECONDS = 5;

describe(`a freeze of the tab for ${FREEZE_SECONDS} s`, async () => {
  const spoken = (await subjects()).filter((found) => whyNotInBrowser(found, false) === undefined);
  for (const found of spoken) {
    describe(found.name, () => {
      unavailable(found.unavailable);
      soak(`${found.name}: a freeze of the tab for ${FREEZE_SECONDS} s`, 300, async () => {
        const { signal } = new AbortController();
        await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
        const seen: string[] = [];
        for (const reconnect of POLICIES) {
          const choice = { fault: 'freeze', reconnect, outageSeconds: FREEZE_SECONDS, silenceSeconds: 3 } as const;
          const trial = await faultTrial(path, found.name, { ...choice, browser: browserHere() });
          const problems = accountingProblems(trial, lossesOf(found, 'freeze', reconnect));
          expect(problems, reconnect).toEqual([]);
          if (reconnect === 'managed') expect(trial.recovery.sessions.gone).toBe(0);
          seen.push(`${reconnect}: ${told(trial.recovery)}`);
        }
        return seen.join('; ');
      });
    });
  }
});
