// Runs after an install. Links the runtime that the project pins as `node` for npm scripts, and the project's own command for
// `npx wirebench`, because npm does not link a project's command into itself. Plain JavaScript, because the machine's own Node.js
// runs it. Some versions of npm link the pinned runtime by themselves; npm 10 removes that link again when it omits the packages
// for other platforms, which have a command of the same name.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedRuntime } from './runtime.js';

const project = dirname(fileURLToPath(import.meta.url));
const commands = join(project, 'node_modules', '.bin');

/** Links a program as a command of this name; on Windows, writes a script that starts it with `starter`. */
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
  // A link to an omitted package may be there and lead nowhere.
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
