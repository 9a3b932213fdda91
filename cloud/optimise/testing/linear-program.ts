import { invariant } from "@penstock/protocol/result";
import { storedEnergyMoves } from "../battery.ts";
import type { HindsightProblem } from "../perfect-foresight.ts";

/**
 * The same question as a linear program, solved by a dense tableau: the judge of the dynamic program. It may
 * charge and discharge at once, so it is only right where that never pays, at prices that are not negative.
 *
 *   max Σ_t −p_t x_t/η_c + (p_t − c) η_d y_t
 *   0 ≤ x_t ≤ X,  0 ≤ y_t ≤ Y,  e_min ≤ e_0 + Σ_{s≤t} (x_s − y_s) ≤ e_max
 */
export function bestByLinearProgram({ battery, intervalMs, prices, socStart }: HindsightProblem): number {
  const steps = prices.length;
  const { inMWhMax, outMWhMax } = storedEnergyMoves(battery, intervalMs);
  const capacityMWh = battery.capacityWh / 1e6;
  const objective = [
    ...Array.from(prices, (price) => -price / battery.efficiencyCharge),
    ...Array.from(prices, (price) => (price - battery.costPerMWh) * battery.efficiencyDischarge),
  ];
  const rows: number[][] = [];
  const limits: number[] = [];
  for (let t = 0; t < steps; t++) {
    rows.push(unit(2 * steps, t), unit(2 * steps, steps + t));
    limits.push(inMWhMax, outMWhMax);
    const net = objective.map((_, column) => (column % steps > t ? 0 : column < steps ? 1 : -1));
    rows.push(
      net,
      net.map((value) => -value),
    );
    limits.push((battery.socMax - socStart) * capacityMWh, (socStart - battery.socMin) * capacityMWh);
  }
  return maximise(objective, rows, limits);
}

const unit = (length: number, at: number): number[] => Array.from({ length }, (_, column) => (column === at ? 1 : 0));

/** Simplex with Bland's rule, for rows · x ≤ limits with limits that are not negative: x = 0 is where it starts. */
function maximise(
  objective: readonly number[],
  rows: readonly (readonly number[])[],
  limits: readonly number[],
): number {
  const columns = objective.length + rows.length;
  const tableau = rows.map((row, index) => [...row, ...unit(rows.length, index), limits[index] ?? 0]);
  const costs = [...objective.map((value) => -value), ...Array.from({ length: rows.length }, () => 0), 0];
  const basis = rows.map((_, index) => objective.length + index);
  for (let iteration = 0; iteration < 100_000; iteration++) {
    const entering = costs.findIndex((cost, column) => column < columns && cost < -1e-9);
    if (entering < 0) return costs[columns] ?? Number.NaN;
    const leaving = leavingRow(tableau, basis, entering, columns);
    pivot(tableau, costs, leaving, entering);
    basis[leaving] = entering;
  }
  throw new Error("the simplex did not end");
}

function leavingRow(
  tableau: readonly (readonly number[])[],
  basis: readonly number[],
  entering: number,
  rhs: number,
): number {
  let leaving = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, row] of tableau.entries()) {
    const coefficient = row[entering] ?? 0;
    if (coefficient <= 1e-9) continue;
    const ratio = (row[rhs] ?? 0) / coefficient;
    const isTie = Math.abs(ratio - least) <= 1e-12;
    if (ratio < least - 1e-12 || (isTie && (basis[index] ?? 0) < (basis[leaving] ?? 0))) {
      least = Math.min(least, ratio);
      leaving = index;
    }
  }
  invariant(leaving >= 0, "every column is bounded");
  return leaving;
}

function pivot(tableau: number[][], costs: number[], leaving: number, entering: number): void {
  const row = tableau[leaving];
  invariant(row !== undefined, "the pivot row exists");
  const divisor = row[entering] ?? Number.NaN;
  for (let column = 0; column < row.length; column++) row[column] = (row[column] ?? 0) / divisor;
  for (const other of [...tableau, costs]) {
    if (other === row) continue;
    const factor = other[entering] ?? 0;
    if (factor === 0) continue;
    for (let column = 0; column < other.length; column++) {
      other[column] = (other[column] ?? 0) - factor * (row[column] ?? 0);
    }
  }
}
