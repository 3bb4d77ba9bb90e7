import { expect, test } from 'vitest';
import { FirstConnection, mergeSteps } from './first-connection.ts';
import { decode } from './histogram.ts';

test('only the first connection of a session counts, and only while it is being opened', () => {
  let nowNs = 0;
  const first = new FirstConnection(() => nowNs);
  const at = (ns: number, step: 'TCP' | 'TLS'): void => {
    nowNs = ns;
    first.done(step);
  };
  at(5, 'TCP');
  first.dialled(100);
  at(130, 'TCP');
  at(170, 'TLS');
  at(180, 'TCP');
  at(190, 'TLS');
  first.usable();
  at(500, 'TCP');
  first.dialled(1000);
  at(1050, 'TCP');
  const { TCP = '', TLS = '' } = mergeSteps([first.times, {}]);
  const seen = [TCP, TLS]
    .map(decode)
    .map(({ totalCount, minNonZeroValue, maxValue }) => [totalCount, minNonZeroValue, maxValue]);
  expect(seen).toEqual([
    [2, 30, 50],
    [1, 70, 70],
  ]);
});

test('there is nothing to merge where no connection was seen', () => {
  expect(mergeSteps([{}, {}])).toEqual({});
});
