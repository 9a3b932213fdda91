import { readFileSync } from "node:fs";
import { parseSiteConfig } from "@penstock/edge/config/load-site-config.ts";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { mutate } from "./mutate.ts";

/**
 * The least a site's file must say. Reading takes as long as the text is, and here every byte means something: so most
 * spoiled files are this one. It leans on what YAML can do: flow and block, an anchor and its alias.
 */
const TERSE = `site: tiny
control:
  connection: { exportLimitMW: 1, importLimitMW: 0.5, marginKW: 5, withoutMeterMW: 0.1 }
  ramp: { upKWPerS: 100, downKWPerS: 5e1 }
  socWindow: { min: 0.1, max: 0.9, taper: 0.03 }
  leaseRampKWPerS: 100
  freshness: { unitS: 1, meterS: 1, plantS: 3 }
  fallback: { onCloudLoss: &rest { action: ramp-to-zero, rampKWPerS: 50 }, onMeterLoss: *rest, onUnitLoss: "redistribute" }
units:
  - id: unit-1
    driver: sunspec-storage
    host: 10.0.0.1
    port: 502
    rating: { chargeKW: 500, dischargeKW: 500, apparentKVA: 550, capacityKWh: 1000 }
    revertAfterS: 10
    safePowerKW: 0
meter: { id: meter-1, driver: sunspec-meter, host: 10.0.0.2, port: 502 }
store: { file: edge.db }
socket: edge.sock
`;

/** A spoiled site file is read or refused in sentences that name the place; it never throws and never yields a limit that is none. */
export const siteYaml: CodecUnderTest = {
  name: "site-yaml",
  share: 0.01,
  begin(rng) {
    const terse = new TextEncoder().encode(TERSE);
    const files = ["park", "feeder", "street"].map((name) =>
      readFileSync(new URL(`../../../edge/config/examples/${name}.yaml`, import.meta.url)),
    );
    return () => {
      const good = rng.chance(0.95) ? terse : rng.pick(files);
      const bytes = mutate(rng, good);
      const text = new TextDecoder().decode(bytes);
      const read = parseSiteConfig(text, { file: "site.yaml", folder: "/" });
      if (bytes === good) expectThat(read.ok, "a good file is refused", good);
      if (!read.ok) {
        expectThat(/^site\.yaml:\d+:\d+: \S/.test(read.error.text), `says ${read.error.text}`, bytes);
        return "refused";
      }
      const { connection, ramp } = read.value.control;
      const sizes = [connection.exportWMax, connection.importWMax, ramp.upWPerS, ramp.downWPerS];
      expectThat(
        sizes.every((size) => Number.isFinite(size) && size >= 0),
        "a limit that is none",
        bytes,
      );
      return "taken";
    };
  },
};
