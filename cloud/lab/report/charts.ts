/** Plain SVG, coloured by the page's classes so that light and dark are the page's matter. */
export interface Line {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly tone: string;
}

export interface Axis {
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** In the unit of the values; for x in elements. */
  readonly from: number;
  readonly to: number;
}

const WIDTH = 880;
const HEIGHT = 240;
const LEFT = 64;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;

/** Lines over one axis, each with its name at its end in the legend. */
export function lineChart(title: string, lines: readonly Line[], x: Axis, y: Axis): string {
  const { placeX, placeY } = placing(x, y);
  const paths = lines.map(({ values, tone }) => {
    const step = Math.max(1, Math.floor(values.length / 1_500));
    const points: string[] = [];
    for (let at = 0; at < values.length; at += step)
      points.push(`${placeX(at).toFixed(1)},${placeY(values[at] as number).toFixed(1)}`);
    return `<polyline class="line ${tone}" points="${points.join(" ")}"/>`;
  });
  return figure(title, legend(lines), axes(x, y) + paths.join(""));
}

/** Ranges around a middle: `bands` from the widest to the narrowest, each `[low, high]`. */
export function fanChart(
  title: string,
  bands: readonly {
    readonly name: string;
    readonly tone: string;
    readonly low: ArrayLike<number>;
    readonly high: ArrayLike<number>;
  }[],
  middle: ArrayLike<number>,
  x: Axis,
  y: Axis,
): string {
  const { placeX, placeY } = placing(x, y);
  const areas = bands.map(({ low, high }) => {
    const there = Array.from(low, (value, at) => `${placeX(at).toFixed(1)},${placeY(value).toFixed(1)}`);
    const back = Array.from(high, (value, at) => `${placeX(at).toFixed(1)},${placeY(value).toFixed(1)}`).toReversed();
    return `<polygon class="fan" points="${[...there, ...back].join(" ")}"/>`;
  });
  const line = Array.from(middle, (value, at) => `${placeX(at).toFixed(1)},${placeY(value).toFixed(1)}`).join(" ");
  const names = [...bands, { name: "median", tone: "own" }];
  return figure(title, legend(names), `${axes(x, y)}${areas.join("")}<polyline class="line own" points="${line}"/>`);
}

/** Rectangles in columns: one column an element, pieces from `from` to `to` in the unit of y. */
export function stackChart(
  title: string,
  columns: readonly (readonly {
    readonly from: number;
    readonly to: number;
    readonly tone: string;
    /** How much of it, 0 to 1: the more the darker. All of it where it is not said. */
    readonly depth?: number;
    readonly text: string;
  }[])[],
  names: readonly { readonly name: string; readonly tone: string }[],
  x: Axis,
  y: Axis,
): string {
  const { placeX, placeY } = placing(x, y);
  const width = Math.max(1, placeX(1) - placeX(0) - 1);
  const pieces = columns.flatMap((column, at) =>
    column.map(({ from, to, tone, depth = 1, text }) => {
      const top = placeY(Math.max(from, to));
      const height = Math.max(0.5, placeY(Math.min(from, to)) - top);
      return `<rect class="${tone}" fill-opacity="${(0.15 + 0.85 * depth).toFixed(2)}" x="${placeX(at).toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"><title>${escaped(text)}</title></rect>`;
    }),
  );
  return figure(title, legend(names), axes(x, y) + pieces.join(""));
}

/** Round numbers that cover a range. */
export function roundAxis(low: number, high: number, count = 4): Axis {
  const span = Math.max(1e-9, high - low);
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power;
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(high / step) * step;
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => {
    const at = from + index * step;
    return { at, text: shortNumber(at) };
  });
  return { from, to, ticks };
}

export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)} M`;
  if (size >= 1e4) return `${trimmed(value / 1e3)} k`;
  return trimmed(value);
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const trimmed = (value: number): string => String(Number(value.toPrecision(4)));

function placing(x: Axis, y: Axis) {
  const perX = (WIDTH - LEFT - RIGHT) / (x.to - x.from || 1);
  const perY = (HEIGHT - TOP - BOTTOM) / (y.to - y.from || 1);
  return {
    placeX: (at: number): number => LEFT + (at - x.from) * perX,
    placeY: (value: number): number => HEIGHT - BOTTOM - (Math.max(y.from, Math.min(y.to, value)) - y.from) * perY,
  };
}

function axes(x: Axis, y: Axis): string {
  const { placeX, placeY } = placing(x, y);
  const rows = y.ticks.map(
    ({ at, text }) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${placeY(at)}" y2="${placeY(at)}"/><text x="${LEFT - 8}" y="${placeY(at) + 4}" text-anchor="end">${escaped(text)}</text>`,
  );
  const columns = x.ticks.map(({ at, text }) => {
    // A label at the edge turns inwards rather than being cut off.
    const anchor = placeX(at) > WIDTH - 50 ? "end" : "middle";
    return `<text x="${placeX(at)}" y="${HEIGHT - 8}" text-anchor="${anchor}">${escaped(text)}</text>`;
  });
  return rows.join("") + columns.join("");
}

const legend = (lines: readonly { readonly name: string; readonly tone: string }[]): string =>
  `<div class="legend">${lines.map(({ name, tone }) => `<span><i class="${tone}"></i>${escaped(name)}</span>`).join("")}</div>`;

const figure = (title: string, key: string, drawing: string): string =>
  `<figure><figcaption>${escaped(title)}</figcaption>${key}<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${drawing}</svg></figure>`;
