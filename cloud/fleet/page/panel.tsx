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
      {isTable ? <ScrolledTable label={label}>{table()}</ScrolledTable> : chart}
    </section>
  );
}

interface ScrolledTableProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Can be focused, so that it can be scrolled by keyboard in every browser. */
function ScrolledTable({ label, children }: ScrolledTableProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups what is filled in
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse
    <div class="table-view" role="group" aria-label={`${label} as a table`} tabIndex={0}>
      {children}
    </div>
  );
}
