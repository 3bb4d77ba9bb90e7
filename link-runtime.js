// After an install: makes sure that `node` on npm scripts' path is the runtime this project pins, and that `npx wirebench`
// finds the project's own command, which npm does not link into the project itself. Plain JavaScript, because the machine's
// own Node.js runs it. Some versions of npm link the pinned runtime by themselves; npm 10 unlinks it again when it leaves out
// the packages for other platforms, which bring a command of the same name.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedRuntime } from './runtime.js';

const project = dirname(fileURLToPath(import.meta.url));
const commands = join(project, 'node_modules', '.bin');

/** Makes a command of this name that starts a program; on Windows with another program before it. */
function link(name, program, starter = '') {
  const target = relative(commands, program);
  mkdirSync(commands, { recursive: true });
  if (process.platform === 'win32') {
    const shim = join(commands, `${name}.cmd`);
    if (!existsSync(shim)) writeFileSync(shim, `@${starter}"%~dp0\\${target}" %*\r\n`);
    return;
  }
  const path = join(commands, name);
  if (existsSync(path)) return;
  // A link to a package that was left out exists and leads nowhere.
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

const runtime = pinnedRuntime();
if (runtime !== undefined) link('node', runtime);
else if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `no pinned runtime for ${process.platform} ${process.arch}: install Node.js 24 to run this project\n`,
  );
}
link('wirebench', join(project, 'wirebench.js'), 'node ');
