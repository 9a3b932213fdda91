import type { Doubt, Finding, Look } from "./doubt.ts";

/** Tonnes of battery do not warm by degrees in a second: a temperature that does is a wire, not a temperature. */
export function temperatureRate(
  before: readonly (number | undefined)[],
  { image, elapsedMs }: Look,
): Finding<readonly (number | undefined)[]> {
  const doubts: Doubt[] = [];
  const memory = image.units.map(({ id, temperatureC }, index) => {
    if (temperatureC.quality !== "good") return undefined;
    const last = before[index];
    const changeC = last === undefined || elapsedMs === 0 ? 0 : Math.abs(temperatureC.value - last);
    if (changeC > maxCPerLook) {
      doubts.push({ device: id, field: "temperatureC", cause: `jumped by ${changeC.toFixed(0)} °C within a second` });
    }
    return temperatureC.value;
  });
  return { memory, doubts };
}

const maxCPerLook = 10;
