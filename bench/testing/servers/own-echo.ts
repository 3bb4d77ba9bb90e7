import { spawn } from 'node:child_process';
import { argv } from 'node:process';
import { WebSocketServer } from 'ws';

/**
 * WebSocket server as a user may write it, for tests of `--exec`. Arguments: host, port, and a habit with its own arguments.
 * `family` has a child and a grandchild, which work and hold memory; `stubborn` ignores SIGTERM, and so do a process in a session of
 * its own and one whose parent has ended; `dies` says its last words after some messages; `greets` speaks first, and answers as a
 * tutorial has it.
 */
const [host = '', port = '', habit = '', amount = '0'] = argv.slice(2);

const WORK = `while (process.cpuUsage().user < ${amount} * 1e3);`;
const HOLD = `globalThis.held = Buffer.alloc(${amount} * 1e5, 1);`;
const STAY = 'setInterval(() => {}, 1e6);';
const DEAF = `process.on('SIGTERM', () => {}); ${STAY}`;

/** Starts a Node.js process; if `orphaned`, its parent ends at once. */
function start(code: string, { detached = false, orphaned = false } = {}): void {
  const again = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(code)}], { stdio: 'ignore', detached: true }).unref();`;
  spawn(process.execPath, ['-e', orphaned ? again : code], { stdio: 'inherit', detached });
}

if (habit === 'family') {
  start(`${HOLD}require('node:child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(WORK)}]);${STAY}`);
}
if (habit === 'stubborn') {
  start(DEAF, { detached: true });
  start(DEAF, { orphaned: true });
  process.on('SIGTERM', () => {});
}

const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: false });
let left = habit === 'dies' ? Number(amount) : Number.POSITIVE_INFINITY;
server.on('connection', (socket) => {
  if (habit === 'greets') socket.send('welcome');
  socket.on('message', (data, isBinary) => {
    if (--left < 0) {
      process.stderr.write('\x1b[31mout of luck\x1b[0m: Bearer abcdefghijklmnop1234\n');
      process.exit(3);
    }
    if (habit === 'greets') socket.send(`Echo: ${data}`);
    else socket.send(data, { binary: isBinary });
  });
});
