/**
 * The one form of all services: straight lines between points `[x, pu]`, ascending in `x`. What `x` is (Hz from
 * nominal, voltage per unit, power per unit) belongs to the service; `pu` is a part of what is contracted, positive
 * out. Outside the table the end values hold; two points at one `x` make a step.
 */
export type Curve = readonly CurvePoint[];
export type CurvePoint = readonly [x: number, pu: number];

/** Not-a-number in, not-a-number out: an unknown is no point of a curve. */
export function perUnitAt(curve: Curve, x: number): number {
  let before: CurvePoint | undefined;
  for (const point of curve) {
    if (x < point[0]) return before === undefined ? point[1] : between(before, point, x);
    before = point;
  }
  return Number.isNaN(x) ? Number.NaN : (before?.[1] ?? 0);
}

/** The same curve seen in a mirror through its origin: low becomes high, discharge becomes charge. */
export const mirrored = (curve: Curve): Curve => curve.map(([x, pu]) => [0 - x, 0 - pu] as const).toReversed();

/** The part of a curve that discharges, or that charges; the rest of it is 0. */
export const raising = (curve: Curve): Curve => curve.filter(([x]) => x <= 0);
export const lowering = (curve: Curve): Curve => curve.filter(([x]) => x >= 0);

const between = ([x0, pu0]: CurvePoint, [x1, pu1]: CurvePoint, x: number): number =>
  pu0 + ((pu1 - pu0) * (x - x0)) / (x1 - x0);
