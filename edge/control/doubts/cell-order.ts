import type { UnitImage } from "../image.ts";
import type { Doubt, Look } from "./doubt.ts";

/** The least cell is not above the mean, and the mean not above the greatest: else the BMS speaks of nothing it has measured. */
export function cellOrder({ image }: Look): readonly Doubt[] {
  const doubts: Doubt[] = [];
  for (const unit of image.units) {
    const cause = outOfOrder(unit);
    if (cause !== undefined) doubts.push({ device: unit.id, field: "allowances", cause });
  }
  return doubts;
}

function outOfOrder({ cellVoltageVMin, cellVoltageVMean, cellVoltageVMax }: UnitImage): string | undefined {
  if (cellVoltageVMin?.quality !== "good" || cellVoltageVMax?.quality !== "good") return undefined;
  const [min, max] = [cellVoltageVMin.value, cellVoltageVMax.value];
  const mean = cellVoltageVMean?.quality === "good" ? cellVoltageVMean.value : undefined;
  const isInOrder = mean === undefined ? min <= max + stepV : min <= mean + stepV && mean <= max + stepV;
  if (isInOrder) return undefined;
  const figures = [min, ...(mean === undefined ? [] : [mean]), max].map((volts) => volts.toFixed(3)).join(", ");
  return `the BMS tells of cells out of order: ${figures} V from least to greatest`;
}

/** One step of the usual scale factor, which rounds each by itself. */
const stepV = 0.001;
