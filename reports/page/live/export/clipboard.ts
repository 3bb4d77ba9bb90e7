/** What to say where it could not. */
export const NOT_COPIED = 'This browser does not let a page copy';

/** A page that was opened from a file is not everywhere given the clipboard; the older way needs a selection. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}
