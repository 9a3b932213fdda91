import { readFileSync } from "node:fs";
import { parseSiteConfig } from "@penstock/edge/config/load-site-config.ts";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { mutate } from "./mutate.ts";

/** A spoiled site file is read or refused in sentences that name the place; it never throws and never yields a limit that is none. */
export const siteYaml: CodecUnderTest = {
  name: "site-yaml",
  share: 0.001,
  begin(rng) {
    const files = ["park", "feeder", "street"].map((name) =>
      readFileSync(new URL(`../../../edge/config/examples/${name}.yaml`, import.meta.url)),
    );
    return () => {
      const good = rng.pick(files);
      const bytes = mutate(rng, good);
      const text = new TextDecoder().decode(bytes);
      const read = parseSiteConfig(text, { file: "site.yaml", folder: "/" });
      if (bytes === good) expectThat(read.ok, "an example is refused", good);
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
