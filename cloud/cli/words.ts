/** Numbers as people say them: the unit always there, the sign wherever it has a meaning. */
export const signNote = "+ = discharge / export / sale";

export function power(powerW: number | null): string {
  if (powerW === null) return "-";
  const sign = powerW > 0 ? "+" : "";
  if (Math.abs(powerW) >= 500e3) return `${sign}${(powerW / 1e6).toFixed(2)} MW`;
  return `${sign}${withoutMinusZero((powerW / 1e3).toFixed(1))} kW`;
}

export const energy = (energyWh: number): string =>
  energyWh >= 500e3 ? `${(energyWh / 1e6).toFixed(1)} MWh` : `${(energyWh / 1e3).toFixed(1)} kWh`;

export const percent = (fraction: number | null): string =>
  fraction === null ? "-" : `${(fraction * 100).toFixed(0)} %`;

export const price = (pricePerMWh: number): string => pricePerMWh.toFixed(2);

export function age(ageMs: number | null): string {
  if (ageMs === null) return "never";
  const ageS = Math.max(0, Math.round(ageMs / 1000));
  if (ageS < 100) return `${ageS} s`;
  return ageS < 6_000 ? `${Math.round(ageS / 60)} min` : `${Math.round(ageS / 3600)} h`;
}

/** UTC, to the minute. */
export const timeOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(11, 16);

/** Texts come from far away: nothing in them may steer the terminal. */
export const plainText = (text: string): string => text.replace(/\p{Cc}/gu, "?");

/** Columns as wide as their widest cell; numbers (headings that begin with `>`) to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const names = headings.map((heading) => heading.replace(/^>/, ""));
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column]?.startsWith(">") ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(names), ...rows.map(line)];
}

/** Broken between words into lines of at most so many characters; a longer word stands alone. */
export function wrapped(sentence: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** Colour only adds; every word is there without it. */
export function paint(isColour: boolean): Paint {
  const code = (start: number, end: number) => (text: string) =>
    isColour ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  return { bold: code(1, 22), dim: code(2, 22), warning: code(33, 39), bad: code(31, 39) };
}

const withoutMinusZero = (text: string): string => (Number(text) === 0 ? text.replace("-", "") : text);
