/**
 * What a report's script does, a file each. Everything it says stands in the markup without it: elements of class `needs-script`
 * show only once it runs.
 */
const PARTS: readonly ((page: Document) => void)[] = [];

document.documentElement.classList.add('live');
for (const start of PARTS) start(document);
