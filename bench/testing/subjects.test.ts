import { expect, test } from 'vitest';
import { transportNames } from '../transports/index.ts';
import { testedNames } from './subjects.ts';

test('without WIREBENCH_ONLY every transport and variant is tested', () => {
  expect(testedNames('')).toEqual(transportNames());
});

test('the name of a transport stands for its variants too, that of a variant for itself', () => {
  const ofWs = transportNames().filter((name) => name.split(':')[0] === 'ws');
  expect(ofWs.length).toBeGreaterThan(1);
  expect(testedNames('ws')).toEqual(ofWs);
  expect(testedNames('sse:h2,ws')).toEqual([...ofWs, 'sse:h2']);
});

test('an unknown name is an error', () => {
  expect(() => testedNames('ws,wss')).toThrow('WIREBENCH_ONLY names no transport: wss');
});
