import type { BidDocument } from "@penstock/protocol/fleet";
import { bidCurve, type CurvePoint, compress } from "./bid-curve.ts";

const width = 300;
const height = 178;
const margin = { left: 40, right: 8, top: 6, bottom: 18 };
const priceMarks = [-1000, -100, 0, 100, 1000, 10_000];

/** Power across, price up: buying to the left of the middle, selling to the right. */
export function BidChart({ bid, pricePerMWh }: { readonly bid: BidDocument; readonly pricePerMWh?: number }) {
  const corners = bidCurve(bid.steps);
  const awardMW = bid.awardPowerW === null ? undefined : bid.awardPowerW / 1e6;
  const { x, y, sizeMW, lowest, highest } = scaleOf(corners, pricePerMWh, awardMW);
  const first = corners[0];
  const last = corners.at(-1);
  const path = corners.map(
    (corner, index) => `${index === 0 ? "M" : "L"}${x(corner.powerMW)} ${y(corner.pricePerMWh)}`,
  );
  const clearedAt = bid.clearedPricePerMWh ?? pricePerMWh;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} class="bid-chart" aria-hidden="true">
      {priceMarks
        .filter((mark) => mark >= lowest && mark <= highest)
        .map((mark) => (
          <g key={mark}>
            <line class="grid" x1={margin.left} x2={width - margin.right} y1={y(mark)} y2={y(mark)} />
            <text x={margin.left - 5} y={y(mark) + 3.5} text-anchor="end">
              {mark < 0 ? `−${-mark}` : mark}
            </text>
          </g>
        ))}
      <line class="zero" x1={x(0)} x2={x(0)} y1={margin.top} y2={height - margin.bottom} />
      {[-sizeMW, 0, sizeMW].map((mark) => (
        <text key={mark} x={x(mark)} y={height - 4} text-anchor={mark < 0 ? "start" : mark > 0 ? "end" : "middle"}>
          {mark < 0 ? `buy ${label(-mark)}` : mark > 0 ? `sell ${label(mark)}` : "0"}
        </text>
      ))}
      {first !== undefined && last !== undefined && (
        <path
          class="curve"
          d={`M${x(first.powerMW)} ${height - margin.bottom}${path.join("").replace("M", "L")}L${x(last.powerMW)} ${margin.top}`}
        />
      )}
      {clearedAt !== undefined && (
        <line class="price" x1={margin.left} x2={width - margin.right} y1={y(clearedAt)} y2={y(clearedAt)} />
      )}
      {awardMW !== undefined && clearedAt !== undefined && (
        <circle class="award" cx={x(awardMW)} cy={y(clearedAt)} r="4.5" />
      )}
    </svg>
  );
}

const label = (sizeMW: number): string => `${Number(sizeMW.toPrecision(3))} MW`;

function scaleOf(corners: readonly CurvePoint[], pricePerMWh: number | undefined, awardMW: number | undefined) {
  const sizeMW = Math.max(0.001, ...corners.map(({ powerMW }) => Math.abs(powerMW)), Math.abs(awardMW ?? 0));
  const prices = [
    0,
    100,
    ...corners.map((corner) => corner.pricePerMWh),
    ...(pricePerMWh === undefined ? [] : [pricePerMWh]),
  ];
  const lowest = Math.min(...prices);
  const highest = Math.max(...prices);
  const [low, high] = [compress(lowest) - 0.35, compress(highest) + 0.35];
  return {
    sizeMW,
    lowest,
    highest,
    x: (powerMW: number) => round(margin.left + ((powerMW / sizeMW + 1) / 2) * (width - margin.left - margin.right)),
    y: (atPrice: number) =>
      round(margin.top + ((high - compress(atPrice)) / (high - low)) * (height - margin.top - margin.bottom)),
  };
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
