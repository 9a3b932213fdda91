import { issueLease, type Lease, privateKeyFromSeed, publicKeyPem } from "@penstock/protocol/lease";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { hours, kW, kWh, kWPerS, Ms, MW, minutes, Soc, seconds, UtcMs, VA, Var, W } from "@penstock/protocol/units";
import type { ConfigDesk } from "../../config/config-desk.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import type { LoopInput } from "../../loop/loop-types.ts";
import { MemoryDisk } from "../../store/memory-disk.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import { EdgeAgent } from "../edge-agent.ts";
import type { UnixUser } from "../requests/caller.ts";
import type { Role } from "../requests/request.ts";
import { FakeHost } from "./fake-host.ts";

export const issuerKey = { keyId: "issuer-1", privateKey: privateKeyFromSeed(new Uint8Array(32).fill(7)) };
export const strangerKey = { keyId: "issuer-1", privateKey: privateKeyFromSeed(new Uint8Array(32).fill(8)) };

export const startMs = UtcMs(Date.UTC(2026, 0, 1));

/** A site on the virtual clock: what outlives its process (disk, cloud), and a way to start and kill that. */
export function sampleSite({
  budgetBytes = 64e6,
  latencyMs = 4,
  access = undefined as SiteConfig["access"],
  changes = {} as Partial<SiteConfig>,
  configDesk = undefined as ConfigDesk | undefined,
} = {}) {
  const clock = new SimClock(startMs);
  const config: SiteConfig = { ...sampleConfig(), ...changes, ...(access && { access }) };
  const disk = new MemoryDisk({ epoch: "epoch-1", budgetBytes });
  const host = new FakeHost(clock, { groupId: "penstock", nodeId: "park" });

  /** A fresh process over the same disk. `posted` is everything its loop was told. */
  function boot() {
    const process = clock.forProcess();
    const posted: LoopInput[] = [];
    const agent = new EdgeAgent({
      clock: process,
      rng: new Rng(1),
      config,
      store: new MemoryStore({ clock: process, disk, latencyMs: Ms(latencyMs) }),
      link: host.link,
      loop: { post: (input) => posted.push(input) },
      ...(configDesk && { configDesk }),
    });
    const state = { isReady: false };
    agent.start(() => {
      state.isReady = true;
    });
    const ask = (request: unknown, role: Role = "admin", user?: UnixUser) => {
      const answers: unknown[] = [];
      agent.operate(request, role, (answer) => answers.push(answer), user);
      clock.advance(Ms(50));
      return answers[0] as Record<string, unknown>;
    };
    const kill = () => {
      process.kill();
      host.link.cut();
      host.link.onEvent = () => {};
    };
    /** One second of a running site: a telemetry and a unit record. */
    const live = (gridPowerW: number) => {
      const timeMs = process.nowMs();
      agent.onLoopOutput({
        type: "records",
        records: [
          { stream: "telemetry", timeMs, metrics: [["Power/Grid", gridPowerW]] },
          { stream: "telemetry", device: "unit-1", timeMs, metrics: [["SoC", 0.5]] },
        ],
      });
      clock.advance(seconds(1));
    };
    return { agent, posted, state, ask, kill, live, process };
  }
  return { clock, config, disk, host, boot };
}

export function sampleLease(
  clock: SimClock,
  sequence: number,
  changes: Partial<Lease> = {},
  key = issuerKey,
): Uint8Array {
  const nowMs = clock.nowMs();
  const lease: Lease = {
    v: 1,
    id: `lease-${sequence}`,
    audience: "penstock/park",
    issuer: "desk",
    epoch: 1,
    sequence,
    issuedAtMs: nowMs,
    notBeforeMs: nowMs,
    expiresAtMs: UtcMs(nowMs + 60_000),
    ttlMs: Ms(60_000),
    kind: "setpoint",
    powerW: MW(1),
    reactiveVar: Var(0),
    priority: 5,
    onExpire: { action: "ramp-to-zero" },
    reason: "NEM energy",
    ...changes,
  };
  return issueLease(lease, [key]);
}

export function sampleConfig(): SiteConfig {
  return {
    siteId: "park",
    control: {
      siteId: "park",
      periodMs: Ms(100),
      connection: { exportWMax: MW(20), importWMax: MW(20), marginW: kW(50), withoutMeterW: MW(1) },
      ramp: { upWPerS: kWPerS(500), downWPerS: kWPerS(500) },
      socWindow: { socMin: Soc(0.05), socMax: Soc(0.95), taper: Soc(0.03) },
      freshness: { unitMs: seconds(2), meterMs: seconds(1), plantMs: seconds(5) },
      leaseRampWPerS: kWPerS(500),
      fallback: {
        onCloudLoss: { action: "ramp-to-zero", rampWPerS: kWPerS(100) },
        onMeterLoss: { action: "ramp-to-zero", rampWPerS: kWPerS(100) },
        onUnitLoss: "redistribute",
      },
    },
    units: [
      {
        id: "unit-1",
        driver: "sunspec-storage",
        host: "127.0.0.1",
        port: 5020,
        modbusUnitId: 1,
        rating: { chargeWMax: MW(1.9), dischargeWMax: MW(1.9), apparentVAMax: VA(2.4e6), capacityWh: kWh(3_900) },
        revertAfterMs: seconds(10),
        safePowerW: W(0),
      },
    ],
    meter: { id: "meter-1", driver: "sunspec-meter", host: "127.0.0.1", port: 5021, modbusUnitId: 1, sign: 1 },
    plant: undefined,
    cloud: {
      brokerUrl: "mqtt://127.0.0.1:1883",
      username: "park",
      passwordFile: "park.password",
      groupId: "penstock",
      nodeId: "park",
      leaseKeys: [{ keyId: issuerKey.keyId, publicKeyPem: publicKeyPem(issuerKey.privateKey) }],
      leaseTtlMsMax: minutes(5),
      scheduleTtlMsMax: hours(48),
      clockSkewMs: seconds(5),
    },
    store: { file: "park.sqlite", budgetBytes: 64e6 },
    socket: "park.sock",
    telemetry: { siteEveryMs: seconds(1), unitsEveryMs: seconds(5), settlementEveryMs: minutes(5) },
    energySpeed: 1,
  };
}
