import { minutes } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { DeskWorld, trader, unitEntry } from "../desk/testing/desk-world.ts";
import { printApproval, printDesk } from "./print-desk.ts";
import { paint } from "./words.ts";

const band = { pricePerMWhMin: -50, pricePerMWhMax: 300, offeredMWMax: 8 };
const long =
  "a new forecaster has its first day today and everybody would like to look at each of its bids before they go";

/** A desk with everything on it: a bid beyond the band, a gate and a switch with long reasons, settings that changed. */
function busyDesk() {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")], desk: { band } });
  world.desk.start();
  world.clock.advance(minutes(2));
  world.desk.commands.setGate("park", "energy", "manual", trader, `${long}\u001b[31m`);
  world.readings.set("park", { capabilityHash: "f".repeat(64) });
  return world;
}

test("the whole desk fits a terminal of 80 columns, however long the reasons, and nothing steers it", () => {
  const world = busyDesk();
  const waiting = world.desk.document();
  const bidId = waiting.approvals[0]?.bidId ?? "";
  world.desk.commands.kill(trader, long);
  const lines = [
    ...printDesk(waiting, paint(false)),
    ...printApproval(waiting, bidId, paint(false)),
    ...printDesk(world.desk.document(), paint(false)),
  ];
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const text = lines.join("\n");
  expect(text).not.toContain("\u001b");
  for (const words of [bidId, "beyond the band", "manual", "changed", "KILLED", "nothing waits for approval"]) {
    expect(text, words).toContain(words);
  }
});

test("colour only adds: the words are there without it", () => {
  const desk = busyDesk().desk.document();
  const plain = printDesk(desk, paint(false)).join("\n");
  const painted = printDesk(desk, paint(true)).join("\n");
  expect(painted).not.toBe(plain);
  expect(
    painted
      .split("\u001b")
      .map((part) => part.replace(/^\[\d+m/, ""))
      .join(""),
  ).toBe(plain);
});
