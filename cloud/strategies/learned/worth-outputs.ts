import { OUTPUTS } from "./lessons.ts";

/** Each part of the store is learned by itself; energy is never worth more in a fuller store. */
export function makeDescending(worth: Float64Array): void {
  for (let output = 1; output < OUTPUTS; output++)
    worth[output] = Math.min(worth[output] as number, worth[output - 1] as number);
}

/** Worth at a stored share 0..1, linear between the middles of the outputs' parts of the store. */
export function worthBetween(worth: Float64Array, from: number, share: number): number {
  const position = Math.max(0, Math.min(OUTPUTS - 1, share * OUTPUTS - 0.5));
  const below = Math.min(OUTPUTS - 2, Math.floor(position));
  const low = worth[from + below] as number;
  return low + ((worth[from + below + 1] as number) - low) * (position - below);
}
