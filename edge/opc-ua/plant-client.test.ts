import type { CodedError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { PlantReading } from "../loop/loop-types.ts";
import { PlantClient } from "./plant-client.ts";
import type { NodeValue } from "./plant-reading.ts";
import { ServerTrouble } from "./server-trouble.ts";

test("reads on its period while the server answers", async () => {
  const bench = new Bench();
  await bench.run(10_000);
  expect(bench.readings.length).toBeGreaterThanOrEqual(39);
  expect(bench.codes).toEqual(["plant.connected"]);
  await bench.end();
  expect(bench.open).toBe(0);
});

test("there is never more than one session over a hundred restarts of the server", async () => {
  const bench = new Bench();
  for (let i = 0; i < 100; i++) {
    bench.isUp = i % 2 === 0;
    await bench.run(3_000);
  }
  expect(bench.sessions).toBeGreaterThan(20);
  expect(bench.openMost).toBe(1);
  await bench.end();
  expect(bench.open).toBe(0);
});

test("over 10,000 restarts of the server sessions are opened and closed by the thousand, one at a time", async () => {
  const bench = new Bench();
  for (let i = 0; i < 10_000; i++) {
    bench.isUp = i % 2 === 0;
    await bench.run(700);
  }
  expect(bench.sessions).toBeGreaterThan(1_000);
  expect(bench.openMost).toBe(1);
  await bench.end();
  expect(bench.open).toBe(0);
});

test("a server that is not there is reported once, asked ever more rarely, and found when it comes", async () => {
  const bench = new Bench();
  bench.isUp = false;
  await bench.run(300_000);
  expect(bench.codes).toEqual(["plant.disconnected"]);
  expect(bench.attempts).toBeGreaterThan(30);
  expect(bench.attempts).toBeLessThan(70); // ten seconds at most between two, half of it left to chance
  bench.isUp = true;
  await bench.run(12_000);
  expect(bench.codes).toEqual(["plant.disconnected", "plant.connected"]);
  await bench.end();
});

test("a server that is back with a certificate nobody trusts is told of anew: somebody must see to it", async () => {
  const bench = new Bench();
  await bench.run(2_000);
  bench.isUp = false;
  await bench.run(3_000);
  bench.trouble = { code: "opc-ua.certificate-changed", thumbprint: "ab12" };
  await bench.run(60_000);
  expect(bench.codes).toEqual(["plant.connected", "plant.disconnected", "plant.disconnected"]);
  expect(bench.lost.at(-1)).toBe("opc-ua.certificate-changed");
  await bench.end();
});

test("a read that never answers ends the session, and another is opened", async () => {
  const bench = new Bench();
  await bench.run(2_000);
  bench.isDeaf = true;
  await bench.run(3_000);
  expect(bench.codes).toEqual(["plant.connected", "plant.disconnected"]);
  bench.isDeaf = false;
  await bench.run(15_000);
  expect(bench.codes.at(-1)).toBe("plant.connected");
  expect(bench.openMost).toBe(1);
  await bench.end();
});

const VALUES: readonly NodeValue[] = [true, 60, false, 0, 0].map((value) => ({
  status: "Good",
  value,
  sourceTimestampMs: undefined,
  serverTimestampMs: undefined,
}));

class Bench {
  readonly clock = new SimClock(UtcMs(0));
  readonly readings: PlantReading[] = [];
  readonly codes: string[] = [];
  readonly lost: string[] = [];
  isUp = true;
  isDeaf = false;
  trouble: CodedError | undefined;
  attempts = 0;
  sessions = 0;
  open = 0;
  openMost = 0;
  readonly #client: PlantClient;

  constructor() {
    this.#client = new PlantClient({
      clock: this.clock,
      rng: new Rng(1),
      readEveryMs: Ms(250),
      connect: async () => {
        this.attempts++;
        if (this.trouble !== undefined) throw new ServerTrouble(this.trouble);
        if (!this.isUp) throw new Error("connect ECONNREFUSED");
        this.sessions++;
        this.openMost = Math.max(this.openMost, ++this.open);
        return {
          read: async () => {
            if (this.isDeaf) return new Promise(() => {});
            if (!this.isUp) throw new Error("BadConnectionClosed");
            return VALUES;
          },
          close: async () => {
            this.open--;
          },
        };
      },
      onReading: (reading) => this.readings.push(reading),
      onLost: ({ code }) => this.lost.push(code),
      onEvent: (event) => this.codes.push(event.code),
    });
    this.#client.start();
  }

  async run(forMs: number): Promise<void> {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 50) {
      await settle();
      this.clock.advance(Ms(50));
    }
    await settle();
  }

  async end(): Promise<void> {
    const stopped = this.#client.stop();
    await this.run(15_000);
    await stopped;
  }
}

/** Lets every promise that can be kept be kept. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}
