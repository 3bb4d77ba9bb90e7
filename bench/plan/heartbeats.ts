import { LIBRARY_HEARTBEAT } from '../results/dimensions.ts';
import { secondsOf, TIME_UNIT } from '../results/time.ts';
import { heartbeatText } from '../scenarios/shared/heartbeat.ts';
import { type Given, listOf } from './readers.ts';

/** Range of intervals. Below, a heartbeat is as much traffic as messages are; above, no trial waits for it. */
const [MIN_SECONDS, MAX_SECONDS] = [0.1, 3_600];

const TIME = new RegExp(`^(\\d+\\.?\\d*|\\.\\d+)\\s*(${TIME_UNIT})$`);

/** Reads a list of intervals of heartbeats: `library`, and times that become `5s` or `500ms`. */
export function readHeartbeats(given: Given | undefined, problems: string[]): readonly string[] {
  if (given === undefined) return [LIBRARY_HEARTBEAT];
  const texts = listOf(given.value);
  const values = texts.map((text) => {
    const [, amount = '', unit = ''] = TIME.exec(text) ?? [];
    const seconds = secondsOf(amount, unit);
    if (text === LIBRARY_HEARTBEAT) return text;
    return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS ? heartbeatText(seconds) : undefined;
  });
  const wrong = texts.filter((_, at) => values[at] === undefined);
  if (wrong.length > 0 || texts.length === 0) {
    const got = wrong.length > 0 ? wrong.map((text) => `"${text}"`).join(', ') : 'nothing';
    problems.push(
      `${given.where} takes ${LIBRARY_HEARTBEAT} and times from ${heartbeatText(MIN_SECONDS)} to ${heartbeatText(MAX_SECONDS)}, such as 5s, not ${got}`,
    );
  }
  const read = values.filter((value) => value !== undefined);
  const twice = new Set(read.filter((value, at) => read.indexOf(value) !== at));
  for (const value of twice) problems.push(`${given.where} names ${value} twice`);
  return read;
}
