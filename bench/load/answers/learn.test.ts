import { expect, test } from 'vitest';
import { Unwrapper } from './answers.ts';
import { answersInForce, describeAnswers, locate, quoted, whyChanged } from './learn.ts';

test('the form of answers is said in a sentence, whatever the server sends', () => {
  expect(describeAnswers({ prefix: 'Echo: ', suffix: '' })).toBe('answers carry the prefix "Echo: "');
  expect(describeAnswers({ prefix: '{"text":"', suffix: '"}', escaped: true, frames: 'binary' })).toBe(
    `answers carry the prefix '{"text":"' and the suffix '"}'; answers carry the message as a JSON string; answers come in binary frames`,
  );
  expect(describeAnswers({ prefix: '', suffix: '/wA=', coding: 'base64', greetings: 2, unasked: ['ok'] })).toBe(
    'answers carry the suffix ff00 (hexadecimal); a session is greeted with 2 messages; the server also sends "ok"',
  );
  expect(describeAnswers({ prefix: '', suffix: '', greetings: 1 })).toBe('a session is greeted with a message');
});

test('the form of answers is a setting in force, safe to show', () => {
  const answers = { prefix: 'Echo: ', suffix: '', frames: 'binary', greetings: 1, unasked: ['o\u001b[2Jk'] } as const;
  expect(answersInForce({ ...answers, unasked: [...answers.unasked] })).toEqual({
    'answers.prefix': '"Echo: "',
    'answers.frames': 'binary',
    'answers.greetings': 1,
    'answers.unasked': '"o\\u{1b}[2Jk"',
  });
});

test('what a server sends is shown without anything that a terminal obeys', () => {
  expect(quoted('\u001b[2J\u202eevil\u2028')).toBe('"\\u{1b}[2J\\u{202e}evil\\u{2028}"');
  expect(quoted(`it's "so"`)).toBe(`"it's \\"so\\""`);
  expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(64)}…"`);
});

test('a message is found as it is and escaped, and nowhere else', () => {
  expect(locate('E0\n"a"', 'E0\n"a"!')).toMatchObject({ escaped: false, frames: 'text' });
  expect(locate('E0\n"a"', Buffer.from('["E0\\n\\"a\\""]'))).toMatchObject({ escaped: true, frames: 'binary' });
  expect(locate('E0"a"', 'E0')).toBeUndefined();
});

test.for([
  ['another prefix', '>E0'],
  ['the other kind of frame', Buffer.from('<E0>')],
  ['no suffix', '<E0'],
  ['less than what surrounds a message', '<'],
])('an arrival with %s is not unwrapped', ([, arrival]) => {
  const answers = new Unwrapper({ prefix: '<', suffix: '>', escaped: true }, 'text');
  expect(answers.unwrap(arrival!)).toBeUndefined();
});

test('what is escaped is unescaped as JSON, or not at all', () => {
  const answers = new Unwrapper({ prefix: '["', suffix: '"]', escaped: true, frames: 'text' }, 'binary');
  expect(answers.unwrap('["E\\u0030\\/"]')).toEqual(new TextEncoder().encode('E0/'));
  expect(answers.unwrap('["E0" + "1"]')).toBeUndefined();
  expect(answers.unwrap('["E0\\x"]')).toBeUndefined();
});

test('a message that was changed is told from one that was cut, and from something else', () => {
  const sent = 'E0000000000fabcdefgh';
  expect(whyChanged(sent, `<${sent.slice(0, 16)}`)).toMatch(/20 bytes came back with 16.*--size 16/);
  expect(whyChanged(sent, `<${sent.slice(0, 16)}>`, Buffer.from('>'))).toMatch(/20 bytes came back with 16/);
  expect(whyChanged(sent, sent.replace('h', 'X'))).toMatch(/changed from byte 20 on/);
  expect(whyChanged(sent, 'nothing of it')).toBeUndefined();
});
