import { expect, test } from "vitest";
import { accessList, type BrokerIdentity } from "./access.ts";
import { filterCovers, topicMatches } from "./topics.ts";

const site: BrokerIdentity = { role: "site", group: "g", node: "park" };
const trickster: BrokerIdentity = { role: "site", group: "g", node: "+" };
const host: BrokerIdentity = { role: "host" };
const viewer: BrokerIdentity = { role: "viewer" };

test.each<[BrokerIdentity, string, boolean]>([
  [site, "spBv1.0/g/NBIRTH/park", true],
  [site, "spBv1.0/g/NDATA/park", true],
  [site, "spBv1.0/g/NDEATH/park", true],
  [site, "spBv1.0/g/DDATA/park/unit-1", true],
  [site, "spBv1.0/g/DDATA/park", false],
  [site, "spBv1.0/g/DDATA/park/unit-1/x", false],
  [site, "spBv1.0/g/NDATA/street", false],
  [site, "spBv1.0/other/NDATA/park", false],
  [site, "spBv1.0/g/NCMD/park", false],
  [site, "spBv1.0/g/DCMD/park/unit-1", false],
  [site, "spBv1.0/STATE/cloud", false],
  [site, "penstock/fleet/summary", false],
  [site, "$SYS/x", false],
  [trickster, "spBv1.0/g/NDATA/street", false],
  [host, "spBv1.0/g/NCMD/park", true],
  [host, "spBv1.0/STATE/cloud", true],
  [host, "penstock/fleet/summary", true],
  [host, "other", false],
  [viewer, "penstock/fleet/summary", false],
])("%o publishing %s: %s", (identity, topic, allowed) => {
  expect(accessList.mayPublish(identity, topic)).toBe(allowed);
});

test.each<[BrokerIdentity, string, boolean]>([
  [site, "spBv1.0/g/NCMD/park", true],
  [site, "spBv1.0/g/DCMD/park/unit-1", true],
  [site, "spBv1.0/g/DCMD/park/+", true],
  [site, "spBv1.0/STATE/cloud", true],
  [site, "spBv1.0/STATE/+", true],
  [site, "spBv1.0/g/NCMD/street", false],
  [site, "spBv1.0/g/NCMD/+", false],
  [site, "spBv1.0/g/NDATA/park", false],
  [site, "spBv1.0/#", false],
  [site, "#", false],
  [trickster, "spBv1.0/g/NCMD/street", false],
  [host, "spBv1.0/#", true],
  [host, "#", false],
  [viewer, "penstock/fleet/#", true],
  [viewer, "penstock/fleet/sites/+", true],
  [viewer, "penstock/#", false],
  [viewer, "+/fleet/#", false],
  [viewer, "spBv1.0/#", false],
  [viewer, "$SYS/#", false],
  [viewer, "penstock/fleet/a#", false],
])("%o subscribing %s: %s", (identity, filter, allowed) => {
  expect(accessList.maySubscribe(identity, filter)).toBe(allowed);
});

test.each([
  ["a/b", "a/b", true],
  ["a/+", "a/b", true],
  ["a/+", "a", false],
  ["a/+", "a/b/c", false],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["#", "a/b", true],
  ["#", "$SYS/x", false],
  ["+/x", "$SYS/x", false],
  ["$SYS/#", "$SYS/x", true],
  ["a//b", "a//b", true],
  ["a/+/b", "a//b", true],
])("filter %s and topic %s: %s", (filter, topic, matches) => {
  expect(topicMatches(filter, topic)).toBe(matches);
});

test("a filter that is covered never matches a topic its cover does not", () => {
  const levels = ["a", "b", "+", "#"];
  const filters = levels
    .flatMap((x) => [x, ...levels.flatMap((y) => [`${x}/${y}`, ...levels.map((z) => `${x}/${y}/${z}`)])])
    .filter((filter) => !filter.slice(0, -1).includes("#"));
  const topics = ["a", "b", "c"].flatMap((x) => [
    x,
    ...["a", "b", "c"].flatMap((y) => [`${x}/${y}`, `${x}/${y}/a`, `${x}/${y}/c`]),
  ]);
  let covered = 0;
  for (const allowed of filters) {
    for (const filter of filters) {
      if (!filterCovers(allowed, filter)) continue;
      covered++;
      for (const topic of topics) {
        if (topicMatches(filter, topic))
          expect(topicMatches(allowed, topic), `${allowed} covers ${filter}: ${topic}`).toBe(true);
      }
    }
  }
  expect(covered).toBeGreaterThan(filters.length);
});
