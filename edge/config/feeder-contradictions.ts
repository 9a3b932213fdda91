import { nearest } from "./nearest.ts";
import type { SiteDocument } from "./site-document.ts";

type Say = (path: readonly (string | number)[], name: string, message: string) => void;

/** Feeders that name units the site has not, share one, or hold back more than they carry. */
export function feederContradictions({ feeders, units }: Pick<SiteDocument, "feeders" | "units">, say: Say): void {
  const known = units.map(({ id }) => id);
  const carrier = new Map<string, string>();
  feeders.forEach((feeder, index) => {
    feeder.units.forEach((unit, place) => {
      const at = [["feeders", index, "units", place], `feeders[${index}].units[${place}]`] as const;
      const other = carrier.get(unit);
      carrier.set(unit, feeder.id);
      if (!known.includes(unit)) {
        const guess = nearest(unit, known);
        say(...at, `names no unit of this site: "${unit}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`);
      } else if (other !== undefined) {
        say(...at, `puts "${unit}" on a second feeder, "${other}" carries it already; a unit is on one`);
      }
    });
    if (feeders.findIndex(({ id }) => id === feeder.id) !== index) {
      say(
        ["feeders", index, "id"],
        `feeders[${index}].id`,
        `"${feeder.id}" is used twice; every feeder has an id of its own`,
      );
    }
  });
}
