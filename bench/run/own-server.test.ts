import { expect, test } from 'vitest';
import { commandShown, outputShown } from '../security/redact.ts';
import { isTemplate, withAddress } from '../security/template.ts';
import { filledIn } from './own-server.ts';
import { parseSockets } from './process-tree.ts';

test.each([
  ['node server.js HOST PORT', 'node server.js 10.77.0.1 4242'],
  ['./server -l HOST:PORT --url="ws://HOST:PORT/x"', './server -l 10.77.0.1:4242 --url="ws://10.77.0.1:4242/x"'],
  // Variables of these names are set for the command, so they stay.
  [`PORT=80 ./server $HOST:\${PORT} "$PORT"`, `PORT=80 ./server $HOST:\${PORT} "$PORT"`],
  [
    `node -e 'process.env.PORT; environ["HOST"]; getenv("PORT")'`,
    `node -e 'process.env.PORT; environ["HOST"]; getenv("PORT")'`,
  ],
  ['MY_PORT=PORT LOCALHOST=1 ./PORTAL', 'MY_PORT=4242 LOCALHOST=1 ./PORTAL'],
])('%s has the address filled in', (command, filled) => {
  expect(filledIn(command, '10.77.0.1', 4242)).toBe(filled);
});

test.each([
  ['ws://HOST:PORT', 'ws://h:1'],
  ['mqtt://me:secret@HOST:PORT/HOST:PORT?a=HOST', 'mqtt://me:secret@h:1/HOST:PORT?a=HOST'],
  ['ws://HOST:PORTAL/', null],
  ['ws://host:port/', null],
  ['ws://example/?to=ws://HOST:PORT', null],
])('%s is an address to fill in, or none', (url, filled) => {
  expect(isTemplate(url)).toBe(filled !== null);
  expect(withAddress(url, 'h', 1)).toBe(filled ?? url);
});

test.each([
  ['A=1 B="two words" node x.js --port=PORT', 'A=[hidden] B=[hidden] node x.js --port=PORT'],
  ['env KEY=k; (P=q x) && S=t y', 'env KEY=[hidden]; (P=[hidden] x) && S=[hidden] y'],
  ["./x --api-token abc --Password='d e' -v", './x --api-token [hidden] --Password=[hidden] -v'],
  ['A="1\n2" ./x \\\n  --y \x1b[31m', 'A=[hidden] ./x \\ --y \\u{1b}[31m'],
  ['./x redis://me:pw@h:1/0 eyJhbGciOi.abc.def', './x redis://[hidden]@h:1/0 [token]'],
])('%s is shown without secrets', (command, shown) => {
  expect(commandShown(command)).toBe(shown);
});

test.each([
  ['\x1b[1;31mred\x1b[0m\r\nnext\ttab', 'red\nnext\ttab'],
  ['\x1b]0;title\x07text\x1b]8;;http://h\x1b\\link', 'textlink'],
  ['bell\x07 back\b null\0 c1\x9b', 'bell\\u{7} back\\u{8} null\\u{0} c1\\u{9b}'],
  ['right\u202eto left\u2066', 'right\\u{202e}to left\\u{2066}'],
])('%j is shown safely', (output, shown) => {
  expect(outputShown(output)).toBe(shown);
});

test('the kernel’s tables of sockets are read, for both families', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 01004D0A:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:0050 0100007F:9C40 01 00000000:00000000
   2: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0
   3: 0000000000000000FFFF000001004D0A:0BB9 00000000000000000000000000000000:0000 0A 0
   4: 000080FE000000000000000001000000:0BBA 00000000000000000000000000000000:0000 0A 0
`;
  expect(parseSockets(table, '0A')).toEqual([
    { address: '10.77.0.1', port: 8080 },
    { address: '::', port: 3000 },
    { address: '10.77.0.1', port: 3001 },
    { address: 'fe80:0:0:0:0:0:0:1', port: 3002 },
  ]);
});
