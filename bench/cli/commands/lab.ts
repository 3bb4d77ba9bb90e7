import { once } from 'node:events';
import { renderUnicodeCompact } from 'uqr';
import { errorText } from '../../error-text.ts';
import { hasDisplay, openWindow } from '../../lab/inside/chromium.ts';
import { type Inside, openInside } from '../../lab/inside/inside.ts';
import type { Lab, LabOptions } from '../../lab/lab.ts';
import { writeResults, writeWhole } from '../../results/file.ts';
import type { Results } from '../../results/schema.ts';
import { findBrowser } from '../../run/browser/find.ts';
import { describeEnvironment } from '../../run/environment.ts';
import { loopback } from '../../run/link.ts';
import { readGroups } from '../../run/machine/cgroup.ts';
import { apt } from '../../run/machine/programs.ts';
import { rootsIn } from '../../run/machine/roots.ts';
import { variablesFor } from '../../run/variables.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { numberFlag, textFlag, toggle } from '../flags.ts';
import { newFolder, prepareFolder } from '../folder.ts';
import type { Io } from '../io.ts';

/** Serves the lab's page until interrupted. */
export const command = defineCommand({
  name: 'lab',
  description: 'see transports side by side in your browser, cut their path, look at their frames',
  flags: {
    port: numberFlag('<number>', 'port of the page; 0 takes any free one', {
      usual: 0,
      min: 0,
      max: 65_535,
      whole: true,
    }),
    public: toggle('serve the local network too; the address then has a token, without which every request is refused'),
    inside: toggle('open Chromium inside network namespaces, where the relay makes the whole network'),
    out: textFlag({
      argument: '<folder>',
      help: 'folder for the runs that you keep, each in a folder of its own',
      usual: 'reports/runs',
    }),
    json: toggle('print one JSON document with the addresses'),
  },
  graceful: true,
  examples: [
    ['Two transports side by side', 'npm run lab'],
    ['From a phone on the same network', 'npm run lab -- --public'],
  ],
  async run({ port, public: isPublic, inside, out, json }, { problems, io, interrupted }) {
    if (isPublic && inside)
      problems.push('--public and --inside exclude each other: nobody outside reaches the namespaces');
    if (inside) problems.push(...whyNoWindow(io.environment));
    if (problems.length > 0) throw new UsageError(problems);
    const { labStyle } = await import('../../../reports/page/document/lab-style.ts');
    const { openLab } = await import('../../lab/lab.ts');
    await using undo = new AsyncDisposableStack();
    const namespaces = inside ? await openNamespaces(interrupted) : undefined;
    if (namespaces !== undefined) undo.defer(() => namespaces.close());
    const options: LabOptions = {
      port,
      isPublic,
      style: await labStyle(),
      environment: environment(io),
      keep: (results) => keep(results, out, io),
      inside: namespaces?.surroundings,
      signal: interrupted,
    };
    let lab: Lab;
    try {
      lab = await openLab(options);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (taken) io.error(`port ${port} is taken; name another with --port, or 0 for any free one\n`);
      else io.error(`the lab could not be opened: ${errorText(error)}\n`);
      return EXIT.failed;
    }
    undo.defer(() => lab.close());
    const [url = ''] = lab.urls;
    if (json) io.out(`${JSON.stringify({ urls: lab.urls })}\n`);
    else io.out(`${url}\n`);
    if (isPublic) {
      io.info(`${renderUnicodeCompact(url, { border: 2 })}\n`);
      io.info('Whoever has this address can use the lab. The token in it is new at every start.\n');
    }
    if (namespaces === undefined) io.info('Open this address in a browser. Ctrl-C stops the lab.\n');
    const ends = [stopped(interrupted)];
    if (namespaces !== undefined) {
      const browser = findBrowser(null, io.environment);
      if ('missing' in browser) throw new UsageError([browser.missing]);
      const window = openWindow(browser.path, url, namespaces.clientEnd, io.environment);
      undo.defer(() => window.close());
      ends.push(window.closed);
      io.info(
        'Chromium shows the lab; nobody else reaches this address. Ctrl-C, or closing the window, stops the lab.\n',
      );
    }
    await Promise.race(ends);
    return EXIT.done;
  },
});

/** Resolves when the command is interrupted. */
async function stopped(interrupted: AbortSignal): Promise<void> {
  if (!interrupted.aborted) await once(interrupted, 'abort');
}

/** Problems of opening a browser in the namespaces, each with its fix. */
function whyNoWindow(environment: Io['environment']): string[] {
  return [
    ...(hasDisplay(environment)
      ? []
      : ['--inside opens a window, so it needs a display: set DISPLAY or WAYLAND_DISPLAY, or leave --inside out']),
    ...('missing' in findBrowser(null, environment)
      ? [`--inside needs Chromium (${apt('chromium')}), or a path in WIREBENCH_CHROMIUM`]
      : []),
  ];
}

/** Makes the namespaces; a machine that cannot is a matter of usage, because they were asked for. */
async function openNamespaces(signal: AbortSignal): Promise<Inside> {
  try {
    return await openInside(signal);
  } catch (error) {
    throw new UsageError([`--inside: ${errorText(error)}`]);
  }
}

/** Describes the machine for the results of runs that are kept. */
const environment = ({ environment: variables }: Io) => {
  const roots = rootsIn(variables);
  return describeEnvironment(
    {
      pinning: undefined,
      link: loopback(),
      variables: variablesFor(variables),
      limits: readGroups(roots).limits,
      roots,
    },
    { exec: null },
  );
};

/** Writes a run's results and report to a new folder. */
async function keep(results: Results, out: string | undefined, io: Io): Promise<{ results: string; html: string }> {
  const { makeReport } = await import('../../../reports/report.ts');
  const folder = prepareFolder(
    newFolder(new Date(results.startedAt), out === undefined ? undefined : io.resolve(out)),
    io,
  );
  const { html } = await makeReport(results);
  writeResults(io.resolve(folder.results), results);
  writeWhole(io.resolve(folder.report), html);
  io.info(`Kept: ${folder.report}\n`);
  return { results: folder.results, html };
}
