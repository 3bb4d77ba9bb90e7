import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { Advice } from '../../../advice/model.ts';
import { commandFor } from '../../../advice/questions/flags.ts';
import { adviceDocument } from '../../../advice/words.ts';
import { decisionRecord } from '../../../markdown/decision-record.ts';
import { save } from '../export/download.ts';

/** What is decided is to be kept: as a record that reads well on its own, as a document for programs, and as a link. */
export function Export({ advice, link }: { advice: Advice; link: () => string }) {
  const [said, say] = useState('');
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
      say(`${what} copied.`);
    } catch {
      // A browser may not let a page opened from a file write there.
      say(`This browser does not let the page copy. ${what} stands below: copy it from there.`);
      setBelow({ text, of: advice });
    }
  };
  return (
    <div className="advisor-export">
      <h4>Keep it</h4>
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
      <p role="status">{said}</p>
      <details>
        <summary id={label}>As text, to select and copy</summary>
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
