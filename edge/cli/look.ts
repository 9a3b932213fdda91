import { type Paint, paint, table } from "./words.ts";

/** How lines are made for whoever reads them: a person at a terminal, a pipe, a spreadsheet. */
export interface Look {
  readonly paint: Paint;
  /** Columns; with `--plain` tab-separated and without padding. */
  readonly table: (headings: readonly string[], rows: readonly (readonly string[])[]) => string[];
  /** Redraw in place rather than scroll. */
  readonly redraws: boolean;
  readonly columns: number;
  readonly rows: number;
}

export interface Terminal {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** Colour only on a terminal, and never where NO_COLOR or TERM=dumb asks for none. */
export function lookFor(
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>>,
  { plain = false } = {},
): Look {
  const isDumb = environment["TERM"] === "dumb";
  return {
    paint: paint(terminal.isTTY && !plain && !isDumb && !environment["NO_COLOR"]),
    table: plain ? tabSeparated : table,
    redraws: terminal.isTTY && !plain && !isDumb,
    columns: terminal.columns ?? 80,
    rows: terminal.rows ?? 24,
  };
}

const tabSeparated = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [headings.map((heading) => heading.replace(/^>/, "")), ...rows].map((cells) => cells.join("\t"));
