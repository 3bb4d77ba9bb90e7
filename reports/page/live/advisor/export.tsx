import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { Advice } from '../../../advice/model.ts';
import { commandFor } from '../../../advice/questions/flags.ts';
import { adviceDocument } from '../../../advice/words.ts';
import { decisionRecord } from '../../../markdown/decision-record.ts';
import { NOT_COPIED } from '../export/clipboard.ts';
import { save } from '../export/downloads.ts';

/** Buttons that keep the advice: as a decision record, as a JSON document, and as a link. */
export function Export({ advice, link }: { advice: Advice; link: () => string }) {
  const [status, setStatus] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const label = useId();
  const [below, setBelow] = useState<{ readonly text: string; readonly of: Advice } | null>(null);
  useLayoutEffect(() => {
    if (below === null || area.current === null) return;
    area.current.closest('details')?.setAttribute('open', '');
    area.current.focus();
    area.current.select();
  }, [below]);
  const record = decisionRecord(advice, { command: commandFor(advice.answers) });
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setStatus(`${what} copied.`);
    } catch {
      // Some browsers deny the clipboard to a page opened from a file.
      setStatus(`${NOT_COPIED}. Copy the ${what.toLowerCase()} from the box below.`);
      setBelow({ text, of: advice });
    }
  };
  return (
    <div className="advisor-export">
      <h4>Keep this advice</h4>
      <p>
        <button type="button" onClick={() => copy(record, 'Decision record')}>
          Copy decision record
        </button>{' '}
        <button type="button" onClick={() => save(record, `${nameOf(advice)}.md`, 'text/markdown')}>
          Download record (Markdown)
        </button>{' '}
        <button
          type="button"
          onClick={() => save(adviceDocument(advice), `${nameOf(advice)}.json`, 'application/json')}
        >
          Download JSON
        </button>{' '}
        <button type="button" onClick={() => copy(link(), 'Link')}>
          Copy link
        </button>
      </p>
      <p role="status">{status}</p>
      <details>
        <summary id={label}>Text to select and copy</summary>
        <textarea
          className="advisor-input advisor-record"
          ref={area}
          aria-labelledby={label}
          readOnly
          rows={14}
          value={below?.of === advice ? below.text : record}
        />
      </details>
    </div>
  );
}

const nameOf = ({ run }: Advice): string => `decision-${run.id.replace(/[^\w.-]+/g, '-')}`;
