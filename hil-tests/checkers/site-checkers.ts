import type { ActiveFault } from "@penstock/firmware-sims/faults/index.ts";
import type { SiteTruth } from "@penstock/firmware-sims/sites/site-truth.ts";
import type { Checker, SitePromises, Violation } from "./checker.ts";
import { Excuses } from "./excuses.ts";
import { connectionChecker, feederChecker, gridOperatorChecker } from "./grid-limits.ts";
import { apparentPowerChecker, balanceChecker, breakerChecker, socWindowChecker } from "./units.ts";

/** The shelf: one judge a line. */
const SHELF: readonly ((promises: SitePromises) => Checker)[] = [
  connectionChecker,
  feederChecker,
  gridOperatorChecker,
  socWindowChecker,
  apparentPowerChecker,
  balanceChecker,
  breakerChecker,
];

/** All judges of one site. Keeps the first violations in full and counts the rest. */
export class SiteCheckers {
  readonly #site: string;
  readonly #checkers: readonly Checker[];
  readonly #excuses = new Excuses();
  readonly violations: Violation[] = [];
  violationCount = 0;
  looks = 0;
  /** Broken while nobody could have kept it. */
  excusedCount = 0;

  constructor(promises: SitePromises) {
    this.#site = promises.site;
    this.#checkers = SHELF.map((make) => make(promises));
  }

  /** `faults` are those that lie on the site's devices. */
  look(truth: SiteTruth, dtMs: number, faults: readonly ActiveFault[] = []): void {
    if (faults.length > 0) {
      const unitIds = truth.units.map(({ id }) => id);
      this.#excuses.note(faults, unitIds, truth.elapsedMs);
    }
    for (const checker of this.#checkers) {
      this.looks++;
      const text = checker.look(truth, dtMs);
      if (text === undefined) continue;
      if (this.#excuses.cover(checker.name, truth.elapsedMs)) {
        this.excusedCount++;
        continue;
      }
      this.violationCount++;
      if (this.violations.length < 100)
        this.violations.push({ checker: checker.name, site: this.#site, atMs: truth.elapsedMs, text });
    }
  }
}
