/**
 * Splits a whole number of watts (or vars) over units: `share = clamp(weight × λ, min, max)` with the one λ that
 * makes the shares add up, so nobody is asked for more than it can, and what one cannot take goes to the others
 * in proportion to their weights.
 *
 * Units are the rows 0..length of the arrays. `min ≤ max` are whole numbers, `weight` ≥ 0. Shares are whole numbers
 * inside their bounds and add up to `total` exactly, unless the bounds forbid: then they stand at the bounds
 * nearest it. Returns what they add up to.
 *
 * Each pass settles the rows whose proportional share lies outside their bounds on the side that outweighs the
 * other, and shares the remainder anew among the rest: exact, needs no sorting, and seldom takes three passes.
 */
export function allocate(total: number, length: number, rows: AllocationRows): number {
  const { min, max, weight, share, settled } = rows;
  let remaining = total;
  let weightLeft = 0;
  for (let row = 0; row < length; row++) {
    settled[row] = 0;
    weightLeft += at(weight, row);
  }

  for (let pass = 0; pass <= length; pass++) {
    const level = weightLeft > 0 ? remaining / weightLeft : 0;
    let excess = 0;
    let outside = false;
    for (let row = 0; row < length; row++) {
      if (settled[row] === 1) continue;
      const wanted = at(weight, row) * level;
      const bounded = wanted < at(min, row) ? at(min, row) : wanted > at(max, row) ? at(max, row) : wanted;
      if (bounded !== wanted) outside = true;
      excess += bounded - wanted;
      share[row] = bounded;
    }
    if (!outside) break;
    // Too much was given by raising to the minima, or too little by cutting to the maxima: those rows are final.
    for (let row = 0; row < length; row++) {
      if (settled[row] === 1) continue;
      const wanted = at(weight, row) * level;
      const settles = (excess >= 0 && wanted < at(min, row)) || (excess <= 0 && wanted > at(max, row));
      if (!settles) continue;
      settled[row] = 1;
      remaining -= at(share, row);
      weightLeft -= at(weight, row);
    }
    if (excess === 0) break;
  }
  return roundToWhole(total, length, rows);
}

/** One row a unit. The arrays may be longer than the units are many. */
export interface AllocationRows {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly weight: Float64Array;
  readonly share: Float64Array;
  readonly settled: Uint8Array;
}

export const allocationRows = (capacity: number): AllocationRows => ({
  min: new Float64Array(capacity),
  max: new Float64Array(capacity),
  weight: new Float64Array(capacity),
  share: new Float64Array(capacity),
  settled: new Uint8Array(capacity),
});

/** Cuts the shares to whole numbers and hands what is left over to those that have room: one each, then all they can take. */
function roundToWhole(total: number, length: number, { min, max, share }: AllocationRows): number {
  let left = total;
  for (let row = 0; row < length; row++) {
    const whole = Math.trunc(at(share, row));
    share[row] = whole === 0 ? 0 : whole; // Never −0.
    left -= whole;
  }
  for (const stepMax of roundingSteps) {
    for (let row = 0; row < length && left !== 0; row++) {
      const held = at(share, row);
      const room = left > 0 ? at(max, row) - held : held - at(min, row);
      const moved = Math.sign(left) * Math.min(Math.abs(left), room, stepMax);
      share[row] = held + moved;
      left -= moved;
    }
  }
  return total - left;
}

const roundingSteps = [1, Number.POSITIVE_INFINITY];

const at = (array: Float64Array, row: number): number => array[row] ?? 0;
