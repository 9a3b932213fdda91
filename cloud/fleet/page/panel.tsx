import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface PanelProps {
  readonly title: ComponentChildren;
  /** Named by its words for who cannot see it. */
  readonly label: string;
  readonly note?: ComponentChildren;
  readonly chart: ComponentChildren;
  /** The same figures to read, copy and hear. */
  readonly table: () => ComponentChildren;
}

/** A chart that can be turned into a table. */
export function Panel({ title, label, note, chart, table }: PanelProps) {
  const [isTable, setTable] = useState(false);
  return (
    <section class="panel" aria-label={label}>
      <header class="panel-header">
        <h2>{title}</h2>
        {note}
        <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          Table
        </button>
      </header>
      {isTable ? <div class="table-view">{table()}</div> : chart}
    </section>
  );
}
