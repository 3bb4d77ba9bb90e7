/** Every key that the page answers to; a part that adds one lists it here. */
const KEYS: readonly { readonly keys: readonly string[]; readonly what: string }[] = [
  { keys: ['?'], what: 'this help' },
  { keys: ['n'], what: 'next question' },
  { keys: ['p'], what: 'previous question' },
  { keys: ['Tab'], what: 'next link, control, chart or table' },
  { keys: ['←', '→'], what: 'scroll a table that is wider than the screen' },
  { keys: ['Enter', 'Space'], what: 'on the head of a column: sort by it; again: reverse the order' },
  { keys: ['←', '→', '↑', '↓'], what: 'in a chart: move along the points of a series, or to another series' },
  { keys: ['Home', 'End'], what: 'in a chart: first or last point of the series' },
  {
    keys: ['Enter', '1', '…', '8'],
    what: 'in a chart: highlight the series you are at, or the first to eighth series',
  },
  { keys: ['0'], what: 'in a chart: end the highlighting' },
  { keys: ['Esc'], what: 'leave a point of a chart; close this help' },
];

export const KeysDialog = () => (
  <dialog id="keys" className="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">Keys</h2>
    <dl>
      {KEYS.map(({ keys, what }) => (
        <div key={what}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p>
      <label>
        <input type="checkbox" id="keys-on" defaultChecked autoComplete="off" /> Use single-key shortcuts (?, n, p)
      </label>
    </p>
    <button type="button" id="close-keys">
      Close
    </button>
  </dialog>
);
