/** Hands the reader a file, made here and now: nothing is asked of anyone. */
export function save(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it in a task of its own.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
