import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OperatorServer, operatorServer } from "@penstock/cloud/connectors/operator-server.ts";
import { signalLine } from "@penstock/cloud/connectors/signal-line.ts";
import { modbusTcpTransport } from "@penstock/edge/transports/modbus-tcp.ts";
import { serveModbusTcp } from "@penstock/firmware-sims/servers/index.ts";
import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { MW, seconds, UtcMs } from "@penstock/protocol/units";
import { patiently } from "../harness/child-process.ts";
import { SIM_START_MS } from "../harness/simulation.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import type { CommandedPower } from "../harness/write-log.ts";
import { type Benchmark, median, percentile, rounded } from "./bench.ts";

const SITE = "feeder";
const UNIT = "PNSTK2";
const SIGNALS = 40;
const SWING_MW = 0.5;
/** Market time runs this much faster, so that the first certificates are there within a minute. */
const MARKET_SPEED = 20;
/** Where a set-point has gone so much of the way, it follows the signal. */
const FOLLOWS = 0.03;
const LOST_MS = 4_000;

/**
 * From an operator's signal to the wire of a device: the shipped aggregator, broker and edge as processes of their own, a
 * lease numbered, signed and stored on both sides for each signal, and the plant's own log of the set-points it was told.
 * The anchor is the same stream of signals, taken by the same line and put straight into a Modbus register.
 */
export const agc: Benchmark = {
  name: "agc",
  text: "an AGC signal until a set-point reaches a unit; anchor the bare line and a bare register",
  async run({ repeats, periodMs = 100, progress }) {
    const rng = new Rng("agc");
    const operator = await operatorServer({ operator: { submit() {}, results() {} }, rng, port: 0 });
    invariant(operator.ok, "the operator listens");
    const runFolder = mkdtempSync(join(tmpdir(), "penstock-agc-"));
    const world = new SocketWorld({
      runFolder,
      sites: [SITE],
      seed: 1,
      marketSpeed: MARKET_SPEED,
      marketStartMs: SIM_START_MS,
      region: "NSW1",
      prices: { seed: 1, days: 2, from: new Date(SIM_START_MS).toISOString() },
      httpPort: 0,
      mqttPort: 0,
      signalsUrl: operator.value.url,
      setting: { periodMs, telemetry: { siteEveryS: 1, unitsEveryS: 10, settlementEveryS: 1 } },
    });
    const bare = await bareLine(operator.value.url);
    try {
      await world.start();
      await world.plant(SITE).logWrites();
      const line = new SignalSender(operator.value, world);
      progress("warming up: until the site is bid for and follows a signal");
      await patiently("the site follows signals", 180_000, async () =>
        (await line.send()) < 2_000 ? true : undefined,
      );
      bare.tookMs.splice(0);
      const runs: { readonly tookMs: number[]; readonly anchorMs: number[] }[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const tookMs: number[] = [];
        for (let index = 0; index < SIGNALS; index++) {
          await pause(rng.between(0, 200));
          tookMs.push(await line.send());
        }
        runs.push({ tookMs, anchorMs: bare.tookMs.splice(0) });
        progress(
          `run ${repeat + 1} of ${repeats}: p50 ${rounded(median(tookMs))}, max ${rounded(Math.max(...tookMs))} ms`,
        );
      }
      const all = runs.flatMap(({ tookMs }) => tookMs);
      const anchor = runs.flatMap(({ anchorMs }) => anchorMs);
      return {
        site: SITE,
        periodMs,
        signals: all.length,
        p50Ms: rounded(median(all)),
        p99Ms: rounded(percentile(all, 0.99)),
        maxMs: rounded(Math.max(...all)),
        lost: all.filter((tookMs) => tookMs >= LOST_MS).length,
        anchor: "the same signals straight to a Modbus register",
        anchorP50Ms: rounded(median(anchor)),
        anchorP99Ms: rounded(percentile(anchor, 0.99)),
        ratioP50: rounded(median(all) / median(anchor)),
      };
    } finally {
      bare.close();
      await world.stop();
      await operator.value.close();
      rmSync(runFolder, { recursive: true, force: true });
    }
  },
};

/** Sends one signal after the other, up and down in turn, and waits until the plant has been told. */
class SignalSender {
  readonly #operator: OperatorServer;
  readonly #world: SocketWorld;
  #sequence = 0;
  #lastW = 0;

  constructor(operator: OperatorServer, world: SocketWorld) {
    this.#operator = operator;
    this.#world = world;
  }

  /** Milliseconds until the first set-point that follows; {@link LOST_MS} when none does. */
  async send(): Promise<number> {
    const sequence = ++this.#sequence;
    const direction = sequence % 2 === 0 ? 1 : -1;
    await this.#writes();
    const fromW = this.#lastW;
    const sentAtMs = nowMs();
    const powerW = MW(direction * SWING_MW);
    this.#operator.signals.tell({ kind: "agc", unitId: UNIT, powerW, sequence, sentAtMs: UtcMs(Math.floor(sentAtMs)) });
    const wayW = powerW - fromW;
    let tookMs: number | undefined;
    // On to the target, so that the next signal finds the site at rest.
    while (nowMs() - sentAtMs < LOST_MS) {
      for (const { atMs, powerW: toldW } of await this.#writes()) {
        if (atMs > sentAtMs && (toldW - fromW) / wayW > FOLLOWS) tookMs ??= atMs - sentAtMs;
      }
      if (tookMs !== undefined && Math.abs(this.#lastW - powerW) < 0.1 * Math.abs(wayW)) return tookMs;
      await pause(50);
    }
    return tookMs ?? LOST_MS;
  }

  async #writes(): Promise<readonly CommandedPower[]> {
    const writes = await this.#world.plant(SITE).writeLog();
    this.#lastW = writes.at(-1)?.powerW ?? this.#lastW;
    return writes;
  }
}

/** The same line, and a register of a device nobody else talks to. */
async function bareLine(url: string): Promise<{ readonly tookMs: number[]; close(): void }> {
  const clock = new SystemClock();
  const site = createSite("street", { rng: new Rng(1), startMs: UtcMs(SIM_START_MS), energySpeed: 1 });
  const [device] = site.modbusDevices;
  invariant(device !== undefined, "a site has a device");
  const server = await serveModbusTcp({ device, clock });
  const transport = modbusTcpTransport({ host: server.host, port: server.port, unitId: 1, clock, rng: new Rng(2) });
  const tookMs: number[] = [];
  let sentAtMs = 0;
  device.observeWrite = () => tookMs.push(nowMs() - sentAtMs);
  const line = signalLine({
    url,
    clock,
    rng: new Rng(3),
    onWish: (wish) => {
      if (wish.kind !== "agc") return;
      ({ sentAtMs } = wish);
      const watts = wish.sequence % 2 === 0 ? 5_000 : 4_000;
      transport.write(40_318, Uint16Array.of(1, 1, 0, watts), seconds(5), () => {});
    },
    onTrouble: () => {},
  });
  return {
    tookMs,
    close() {
      line.close();
      transport.close();
      void server.close();
    },
  };
}

const nowMs = (): number => performance.timeOrigin + performance.now();
const pause = (forMs: number): Promise<void> => new Promise((done) => setTimeout(done, forMs));
