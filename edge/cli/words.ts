/** Numbers as people at a site say them: unit always there, sign always there where it has a meaning. */
export const signNote = "+ = discharge / export";

/** Watts in the unit that fits: `+1.93 MW`, `-350 kW`, `0 kW`; a dash for what is not known. */
export function power(powerW: number | null | undefined, { signed = true } = {}): string {
  if (powerW === null || powerW === undefined) return "-";
  const sign = signed && powerW > 0 ? "+" : "";
  const size = Math.abs(powerW);
  if (size >= 1e6) return `${sign}${(powerW / 1e6).toFixed(2)} MW`;
  if (size < 10_000 && size > 0) return `${sign}${(powerW / 1e3).toFixed(2)} kW`;
  return `${sign}${(powerW / 1e3).toFixed(0)} kW`;
}

/** An end of an interval; null is open. */
export const bound = (powerW: number | null): string => (powerW === null ? "no limit" : power(powerW));

export const interval = (powerWMin: number | null, powerWMax: number | null): string =>
  powerWMin === null && powerWMax === null ? "no limit" : `${bound(powerWMin)} … ${bound(powerWMax)}`;

export const percent = (fraction: number | null | undefined): string =>
  fraction === null || fraction === undefined ? "-" : `${(fraction * 100).toFixed(1)} %`;

export const seconds = (durationMs: number): string =>
  Math.abs(durationMs) < 120_000 ? `${Math.round(durationMs / 1e3)} s` : `${Math.round(durationMs / 60e3)} min`;

export const bytes = (count: number): string =>
  count >= 1e9
    ? `${(count / 1e9).toFixed(1)} GB`
    : count >= 1e6
      ? `${(count / 1e6).toFixed(1)} MB`
      : `${(count / 1e3).toFixed(0)} kB`;

/** Local time of day with its zone's offset. */
export function timeOf(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Columns padded to their widest cell; right-aligned where the heading begins with `>`. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const names = headings.map((heading) => heading.replace(/^>/, ""));
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column]?.startsWith(">") ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(names), ...rows.map(line)];
}

/** Breaks a sentence at spaces so that no line is wider than `width`; it keeps its own indent, later lines get `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const words = text.trim().split(" ");
  const lines: string[] = [];
  let line = text.slice(0, text.length - text.trimStart().length);
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly alarm: (text: string) => string;
}

const code = (start: number, end: number) => (text: string) => `\u001b[${start}m${text}\u001b[${end}m`;
const plain = (text: string) => text;

/** Colour only adds; every word is there without it. */
export const paint = (isColour: boolean): Paint =>
  isColour ? { bold: code(1, 22), dim: code(2, 22), alarm: code(31, 39) } : { bold: plain, dim: plain, alarm: plain };

/** `90s`, `15m`, `2h`, `3d` in milliseconds; undefined when it is none of them. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const unitMs = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 }[unit ?? ""];
  return unitMs === undefined ? undefined : Number(count) * unitMs;
}

/** Ends in the middle what is too long for its column. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
