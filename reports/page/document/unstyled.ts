/** Hides what needs the script until the script runs, also where a policy of the server forbids the page's style. */
export const withoutNeedOfStyle = (markup: string): string =>
  markup.replaceAll(/<[a-z]+ [^>]*?class="(?:[^"]* )?needs-script(?: [^"]*)?"[^>]*?(?=\/?>)/g, '$& hidden=""');
