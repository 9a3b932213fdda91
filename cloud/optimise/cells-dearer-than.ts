/** How many cells from empty are worth more than `stepPrice` each; marginals never increase, so it is where they cross it. */
export function cellsDearerThan(values: Float64Array, stepPrice: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle + 1] as number) - (values[middle] as number) > stepPrice) low = middle + 1;
    else high = middle;
  }
  return low;
}
