import child_process from 'node:child_process';
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Returns a function that makes a unit test fail, because a test that starts a process or opens a socket is of another kind. */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`a unit test ${what}: rename its file to .live.test.ts, or to the kind of what it needs`);
  };
}

const process = refuse('starts a process');
const starters = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];
Object.assign(child_process, Object.fromEntries(starters.map((name) => [name, process])));
net.Server.prototype.listen = refuse('listens on a socket');
net.Socket.prototype.connect = refuse('opens a connection');
dgram.Socket.prototype.bind = refuse('opens a UDP socket');
dgram.Socket.prototype.send = refuse('sends a datagram');
// Named imports of these functions change too.
syncBuiltinESMExports();
