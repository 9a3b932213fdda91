import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { MW, UtcMs } from "@penstock/protocol/units";
import { expect, test, vi } from "vitest";
import type { OperatorWish } from "../dispatch/fleet-target.ts";
import { operatorServer } from "./operator-server.ts";
import { signalLine } from "./signal-line.ts";

const nobody = { submit: () => {}, results: () => {} };
const signal = (sequence: number): OperatorWish => ({
  kind: "agc",
  unitId: "U",
  powerW: MW(1),
  sequence,
  sentAtMs: UtcMs(1_000),
});

test("wishes come as they are said; a cut line is mended, and nonsense is said to be that", async () => {
  const server = await operatorServer({ operator: nobody, rng: new Rng(1), port: 0 });
  if (!server.ok) throw new Error(server.error.code);
  const { url, signals, close } = server.value;
  const heard: OperatorWish[] = [];
  const trouble: string[] = [];
  const line = signalLine({
    url,
    clock: new SystemClock(),
    rng: new Rng(2),
    onWish: (wish) => heard.push(wish),
    onTrouble: ({ code }) => trouble.push(code),
  });
  const isListening = () => vi.waitFor(() => expect(signals.listeners).toBe(1), { timeout: 10_000 });
  await isListening();
  signals.tell(signal(1));
  signals.mumble("{");
  signals.mumble('{"kind":"agc","unitId":"U","powerW":"much","sequence":2,"sentAtMs":1}');
  await vi.waitFor(() => expect(trouble).toEqual(["signals.malformed", "signals.malformed"]), { timeout: 10_000 });
  signals.cut();
  await vi.waitFor(() => expect(trouble).toContain("signals.broken"), { timeout: 10_000 });
  await isListening();
  const instruction = {
    kind: "instruction",
    id: "I",
    unitId: "U",
    powerWMin: MW(-1),
    powerWMax: MW(0),
    untilMs: UtcMs(5),
  } as const;
  signals.tell(instruction);
  await vi.waitFor(() => expect(heard).toEqual([signal(1), instruction]), { timeout: 10_000 });
  line.close();
  await close();
});
