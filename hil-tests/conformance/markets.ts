import { exampleKinds, tryKind } from "@penstock/cloud/markets/testing/index.ts";
import { Rng } from "@penstock/protocol/rng";
import type { Suite } from "./suite.ts";

/** All kinds in equal parts, from one seed. */
export const markets: Suite = {
  name: "markets",
  text: "bids, offers, plans and baskets of every market against their rulebooks",
  async run({ count, seed, progress }) {
    const rng = new Rng(seed);
    const each = Math.ceil(count / exampleKinds.length);
    const totals = { sound: 0, broken: 0, files: 0 };
    const byRule: Record<string, number> = {};
    const failures: string[] = [];
    for (const kind of exampleKinds) {
      const tally = tryKind(kind, each, rng.fork(kind.id));
      totals.sound += tally.sound;
      totals.broken += tally.broken;
      totals.files += tally.files;
      for (const [rule, refused] of Object.entries(tally.byRule)) byRule[rule] = (byRule[rule] ?? 0) + refused;
      failures.push(...tally.failures);
      progress(`${kind.id}: ${tally.sound} sound, ${tally.broken} broken, ${tally.failures.length} failures`);
    }
    return { kinds: exampleKinds.length, ...totals, rules: Object.keys(byRule).length, byRule, failures };
  },
};
