// After an install: makes sure that `node` on npm scripts' path is the runtime this project pins. Plain JavaScript, because the
// machine's own Node.js runs it. Some versions of npm link the pinned runtime by themselves; npm 10 unlinks it again when it
// leaves out the packages for other platforms, which bring a command of the same name.
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = new URL('node_modules/', import.meta.url);
const platform = { win32: 'win' }[process.platform] ?? process.platform;
const runtime = `node-${platform}-${process.arch}`;
const manifest = new URL(`${runtime}/package.json`, modules);

if (existsSync(manifest)) {
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const program = `../${runtime}/${bin.node}`;
  if (process.platform === 'win32') {
    const shim = new URL('.bin/node.cmd', modules);
    if (!existsSync(shim)) writeFileSync(shim, `@"%~dp0\\${program.replaceAll('/', '\\')}" %*\r\n`);
  } else {
    const link = new URL('.bin/node', modules);
    if (!existsSync(link)) {
      // A link to a package that was left out exists and leads nowhere.
      rmSync(link, { force: true });
      symlinkSync(program, fileURLToPath(link));
    }
  }
} else if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `no pinned runtime for ${process.platform} ${process.arch}: install Node.js 24 to run this project\n`,
  );
}
