import type { ReserveRequest } from "./reserve-market.ts";

/**
 * Whole megawatts of each wish that can be kept ready all at once. Of one product a unit keeps `keepsW` alone; of several
 *
 *   Σ volume / keepsW ≤ 1     for those that go one way
 *
 * is enough, in power and in energy and for whatever mixture of sites: each site gives that part of each. Where it is
 * more, all of that way are offered less in proportion.
 */
export function fitTogether(
  { wishes, keepsW = {} }: Pick<ReserveRequest, "wishes" | "keepsW">,
  goes: (product: string) => "up" | "down",
): ReadonlyMap<string, number> {
  const volumesMW = new Map<string, number>();
  for (const way of ["up", "down"] as const) {
    const ofWay = wishes.filter(({ product }) => goes(product) === way);
    const parts = ofWay.map(({ product, volumeW }) => {
      const mostW = keepsW[product] ?? 0;
      return mostW > 0 ? Math.max(0, Math.min(volumeW, mostW)) / mostW : 0;
    });
    const whole = Math.max(
      1,
      parts.reduce((sum, part) => sum + part, 0),
    );
    for (const [at, { product }] of ofWay.entries()) {
      volumesMW.set(product, Math.floor((((parts[at] ?? 0) / whole) * (keepsW[product] ?? 0)) / 1e6 + CLOSE));
    }
  }
  return volumesMW;
}

const CLOSE = 1e-9;
