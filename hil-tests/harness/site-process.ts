import { serveSite } from "@penstock/firmware-sims/servers/index.ts";
import { createSite, isSiteName } from "@penstock/firmware-sims/sites/index.ts";
import { ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import { SiteCheckers } from "../checkers/site-checkers.ts";
import { promisesOf } from "./scene.ts";
import { WriteLog } from "./write-log.ts";

/**
 * One simulated site as a process of its own, with the judges looking over the plant's shoulder at every
 * step. Started by the harness; prints its addresses as one line of JSON once everything listens.
 *
 * argv: one JSON object {@link SiteProcessOptions}.
 */
export interface SiteProcessOptions {
  readonly site: string;
  readonly seed: number;
  /** Market time at the first step: the hour of the day that load and sun follow. */
  readonly startMs: number;
  readonly energySpeed: number;
  readonly pkiFolder: string;
}

/** What the judges have seen so far. */
export interface Verdict {
  readonly violationCount: number;
  readonly violations: readonly { readonly checker: string; readonly atMs: number; readonly text: string }[];
  readonly looks: number;
}

const options: SiteProcessOptions = JSON.parse(process.argv[2] ?? "{}");
if (!isSiteName(options.site)) throw new Error(`no site "${options.site}" on the shelf`);

const site = createSite(options.site, {
  rng: new Rng(options.seed).fork(options.site),
  startMs: UtcMs(options.startMs),
  energySpeed: options.energySpeed,
});
const checkers = new SiteCheckers(promisesOf(options.site));
let lookedAtMs = 0;
const writes = new WriteLog();

const served = await serveSite({
  site,
  clock: new SystemClock(),
  stepMs: 50,
  pkiFolder: options.pkiFolder,
  acceptsUnknownOpcUaClients: true,
  controlOps: {
    verdict: () =>
      ok({
        verdict: {
          violationCount: checkers.violationCount,
          violations: checkers.violations,
          looks: checkers.looks,
        } satisfies Verdict,
      }),
    "log-writes": () => {
      site.observeWrites((device, address, values) => writes.add(device, address, values));
      return ok({});
    },
    "write-log": () => ok({ writes: writes.take() }),
  },
  onStep: (truth) => {
    checkers.look(truth, truth.elapsedMs - lookedAtMs);
    lookedAtMs = truth.elapsedMs;
  },
});
process.stdout.write(`${JSON.stringify(served.addresses)}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void served.close().finally(() => process.exit(0)));
}
// Whoever started this process holds its input; when that goes, so does the site.
process.stdin.on("end", () => process.exit(0)).resume();
