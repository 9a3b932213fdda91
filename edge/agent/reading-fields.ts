import type { Reading } from "../control/image.ts";

/** A reading on the socket: `value` is null where it is missing, `cause` says why it is not good. */
export interface ReadingField {
  readonly value: unknown;
  readonly quality: Reading<unknown>["quality"];
  readonly ageMs: number | null;
  readonly cause: string | null;
}

/** Every reading of an image by its name; what is no reading is left out. */
export function readingFields(image: object): Readonly<Record<string, ReadingField>> {
  return Object.fromEntries(
    Object.entries(image)
      .filter((entry): entry is [string, Reading<unknown>] => isReading(entry[1]))
      .map(([name, reading]) => [name, readingField(reading)]),
  );
}

const readingField = (reading: Reading<unknown>): ReadingField => ({
  value: reading.quality === "missing" ? null : reading.value,
  quality: reading.quality,
  ageMs: reading.quality === "missing" ? null : Math.round(reading.ageMs),
  cause: reading.quality === "good" ? null : reading.cause,
});

const isReading = (value: unknown): value is Reading<unknown> =>
  typeof value === "object" && value !== null && "quality" in value;
