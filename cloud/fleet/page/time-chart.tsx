import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { clockTime, clockTimeS, nothing } from "./format.ts";
import { type Theme, useTheme } from "./use-theme.ts";

export interface ChartSeries {
  readonly label: string;
  readonly colour: keyof Theme;
  readonly isDashed?: boolean;
  readonly isStepped?: boolean;
  readonly widthPx?: number;
}

interface TimeChartProps {
  readonly series: readonly ChartSeries[];
  /** First the times in ms UTC, then a column a series. */
  readonly columns: readonly (readonly (number | null)[])[];
  readonly heightPx: number;
  /** A value on the axis, short; and one that is pointed at, in full. */
  readonly showTick: (value: number) => string;
  readonly showValue: (value: number) => string;
  /** Values far apart share a chart when the scale is linear near zero and logarithmic beyond this. */
  readonly linearUpTo?: number;
  /** The chart spans at least this much of the value axis, so that noise looks like noise. */
  readonly spanMin: number;
  readonly withSeconds?: boolean;
  /** Charts of the same name are pointed at together. */
  readonly pointWith?: string;
}

/** Lines over time. Described to who cannot see it by the panel's table. */
export function TimeChart(props: TimeChartProps) {
  const { series, columns, heightPx, linearUpTo, withSeconds = false } = props;
  const theme = useTheme();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointedAt, point] = useState<number>();
  const newest = useRef(props);
  newest.current = props;
  const shape = JSON.stringify([series, theme, heightPx, linearUpTo, withSeconds]);

  // `shape` stands for everything the chart is made of; new values alone do not make it anew.
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(
      optionsFor(newest, theme, element.clientWidth, point),
      dataOf(newest.current.columns),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(dataOf(columns)), [columns]);

  return (
    <div class="chart" aria-hidden="true">
      <div ref={holder} style={{ height: `${heightPx}px` }} />
      <p class="readout">{pointedAt !== undefined && readout(props, pointedAt)}</p>
    </div>
  );
}

/** All values at one instant, in words. */
function readout({ series, columns, showValue, withSeconds = false }: TimeChartProps, index: number): string {
  const [timesMs = [], ...values] = columns;
  const timeMs = timesMs[index];
  if (timeMs === undefined || timeMs === null) return "";
  const shown = series.map(({ label }, at) => {
    const value = values[at]?.[index] ?? null;
    return `${label} ${value === null ? nothing : showValue(value)}`;
  });
  return [`${(withSeconds ? clockTimeS : clockTime)(timeMs)} UTC`, ...shown].join("   ");
}

function optionsFor(
  newest: { readonly current: TimeChartProps },
  theme: Theme,
  width: number,
  point: (index: number | undefined) => void,
): uPlot.Options {
  const { series, heightPx, linearUpTo, withSeconds = false, spanMin, pointWith } = newest.current;
  const axis = {
    stroke: theme.dim,
    font: "11px system-ui",
    grid: { stroke: theme.line, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: heightPx,
    // The last time stands half beyond the plot.
    padding: [8, withSeconds ? 28 : 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 5 },
      ...(pointWith !== undefined && { sync: { key: pointWith } }),
    },
    hooks: {
      setCursor: [({ cursor: { idx } }) => point(idx ?? undefined)],
      drawAxes: [(plot) => drawZero(plot, theme)],
    },
    scales: {
      x: { time: true },
      y: {
        ...(linearUpTo !== undefined && { distr: 4, asinh: linearUpTo }),
        range: (_plot, min, max) => roomAround(min, max, spanMin),
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        values: (_plot, splits) => splits.map((second) => (withSeconds ? clockTimeS : clockTime)(second * 1000)),
        space: 70,
      },
      {
        ...axis,
        size: 66,
        space: 28,
        values: (_plot, splits) => splits.map((value) => newest.current.showTick(value)),
      },
    ],
    series: [
      {},
      ...series.map(
        ({ label, colour, isDashed, isStepped, widthPx = 1.5 }): uPlot.Series => ({
          label,
          stroke: theme[colour],
          width: widthPx,
          points: { show: false },
          ...(isDashed && { dash: [5, 4] }),
          ...(isStepped && stepped !== undefined && { paths: stepped }),
        }),
      ),
    ],
  };
}

/** Which side of zero a line is on must be seen without reading the axis. */
function drawZero({ ctx, bbox, valToPos }: uPlot, theme: Theme): void {
  const y = Math.round(valToPos(0, "y", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = theme.second;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** A value holds to the right until the next. */
const stepped = uPlot.paths.stepped?.({ align: 1 });

/** Zero is always in sight: which way power flows and whether a price is negative must be seen at once. */
function roomAround(min: number | null, max: number | null, spanMin: number): [number, number] {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(0, max ?? 0);
  const missing = Math.max(0, spanMin - (high - low));
  const padding = 0.06 * Math.max(high - low, spanMin);
  const share = high - low > 0 ? high / (high - low) : 0.5;
  return [
    low < 0 || share < 1 ? low - missing * (1 - share) - padding : 0,
    high > 0 || share > 0 ? high + missing * share + padding : 0,
  ];
}

const dataOf = ([timesMs = [], ...values]: TimeChartProps["columns"]): uPlot.AlignedData => [
  timesMs.map((timeMs) => (timeMs ?? 0) / 1000),
  ...values.map((column) => [...column]),
];
