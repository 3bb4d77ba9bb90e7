/** Where another run is held against this one. What it takes, and the way without a script, stand in the markup. */
export const CompareSection = () => (
  <section id="compare" className="block compare">
    <h2>Compare with another run</h2>
    <p className="lead">
      Was it better before? Two runs are held against each other by the rule of the verdicts above; cases that were
      asked different questions are set side by side without one.
    </p>
    <div id="compare-live" className="needs-script" />
    <p className="note">
      In a terminal, also for CI: <code>npm run compare -- base.json new.json --out page.html</code>
    </p>
  </section>
);
