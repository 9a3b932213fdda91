import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesIn, trustCertificate } from "@penstock/edge/certificates/certificate-folder.ts";
import type { PlantImage } from "@penstock/edge/control/image.ts";
import type { LoopInput } from "@penstock/edge/loop/loop-types.ts";
import { PlantMemory } from "@penstock/edge/loop/plant-memory.ts";
import { startPlantThread } from "@penstock/edge/loop/plant-thread.ts";
import type { Fault } from "@penstock/firmware-sims/faults/index.ts";
import { type ServedSite, serveSite } from "@penstock/firmware-sims/servers/index.ts";
import { createSite, type SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "./opc-ua-client.ts";

/** The plant controller's reader, in its thread, and what can be wrong with the server at the other end: each has a name. */
const clock = new SystemClock();
const folder = mkdtempSync(join(tmpdir(), "penstock-plant-"));
const ourPki = join(folder, "edge");
const memory = new PlantMemory();
const said: string[] = [];
let site: SiteSim;
let served: ServedSite;
let thread: { stop(): void };

beforeAll(async () => {
  site = createSite("feeder", { rng: new Rng(1), startMs: UtcMs(clock.nowMs()) });
  served = await serveSite({ site, clock, stepMs: 100, pkiFolder: join(folder, "plant") });
  const { id, endpointUrl } = served.addresses.plant;
  thread = startPlantThread({
    plant: { id, driver: "opc-ua-plant", endpointUrl, pkiFolder: ourPki, readEveryMs: Ms(250) },
    siteId: "feeder",
    trustOnFirstUse: false,
    clock,
    accept: (input: LoopInput) => {
      if (input.type === "plant") memory.remember(input.reading);
      if (input.type === "plant-lost") memory.lost(input.error);
    },
    emit: (output) => {
      if (output.type === "event") said.push(`${output.event.code} ${output.event.facts["trouble"] ?? ""}`.trim());
    },
  });
}, 90_000);
afterAll(async () => {
  thread.stop();
  await served.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

afterEach(() => void site.faults.clear("plant-1"));

test("a server nobody has trusted is not read; its certificate waits with where it was seen, and is trusted without a restart", async () => {
  await until(() => lastError().startsWith("opc-ua.certificate-untrusted"));
  expect(breaker()).toEqual({ quality: "missing", cause: "never read: opc-ua.certificate-untrusted" });
  expect(said).toEqual(["plant.disconnected opc-ua.certificate-untrusted"]);
  const [waiting] = certificatesIn(ourPki);
  invariant(waiting !== undefined, "the certificate waits");
  expect(waiting).toMatchObject({ state: "rejected", from: served.addresses.plant.endpointUrl });
  expect(lastError()).toContain(waiting.thumbprint);
  expect(trustCertificate(ourPki, waiting.thumbprint)).toMatchObject({ ok: true });
  // It does not trust us yet, and says so.
  await until(() => lastError().startsWith("opc-ua.we-are-not-trusted"));
  await served.opcUa.trust(readFileSync(join(ourPki, "own", "certs", "edge.pem"), "utf8"));
  await until(() => status().state === "ready");
  expect(breaker()).toMatchObject({ quality: "good", value: true });
}, 90_000);

test.each<[story: string, fault: Fault, cause: string]>([
  ["bad, with a number all the same", { kind: "bad-quality", status: "BadSensorFailure" }, "BadSensorFailure"],
  ["uncertain", { kind: "bad-quality", status: "UncertainLastUsableValue" }, "UncertainLastUsableValue"],
  ["not to be had", { kind: "silent" }, "BadNoCommunication"],
  ["old by their source times", { kind: "old-stamps", server: false }, "its source time is too old"],
  ["repeated, server times and all", { kind: "old-stamps", server: true }, "its source time is too old"],
])(
  "values that are %s grow stale and then missing, and say why",
  async (_, fault, cause) => {
    site.faults.inject("plant-1", fault);
    await until(() => breaker().quality === "stale");
    expect(breaker()).toMatchObject({ value: true, cause });
    await until(() => breaker().quality === "missing");
    expect(breaker()).toMatchObject({ cause });
    expect(status().state).toBe("ready");
    site.faults.clear("plant-1");
    await until(() => breaker().quality === "good");
  },
  60_000,
);

test("a server whose clock is an hour off is read as before, and it is known", async () => {
  site.faults.inject("plant-1", { kind: "wrong-clock", byMs: -3_600_000 });
  await until(() => Math.abs((status().clockSkewMs ?? 0) + 3_600_000) < 2_000);
  expect(breaker().quality).toBe("good");
  site.faults.clear("plant-1");
  await until(() => Math.abs(status().clockSkewMs ?? 3_600_000) < 2_000);
}, 60_000);

test("a server that restarts with its namespace in another place is read again within ten seconds", async () => {
  await served.opcUa.restart({ namespacesBefore: 3 });
  const upMs = clock.monotonicMs();
  await until(() => said.slice(-1)[0] === "plant.connected" && breaker().quality === "good");
  expect(said.at(-2)).toMatch(/^plant.disconnected opc-ua.(session-lost|silent|unreachable)/);
  expect(clock.monotonicMs() - upMs).toBeLessThan(10_000);
  site.openBreaker();
  await until(() => {
    const reading = breaker();
    return reading.quality === "good" && reading.value === false;
  });
  site.closeBreaker();
}, 60_000);

test.each([
  ["has expired", "expired", "opc-ua.certificate-expired"],
  ["is not valid yet", "not-yet-valid", "opc-ua.certificate-not-yet-valid"],
  ["has been changed", "new", "opc-ua.certificate-changed"],
] as const)(
  "a server whose certificate %s is not read, and that is said",
  async (_, certificate, code) => {
    await served.opcUa.restart({ certificate });
    await until(() => lastError().startsWith(code));
    await until(() => breaker().quality === "missing");
    expect(breaker()).toEqual({ quality: "missing", cause: code });
    expect(said.at(-1)).toBe(`plant.disconnected ${code}`);
  },
  90_000,
);

test("one that has expired is not read when it is trusted either; the one that was changed is", async () => {
  const trust = (subject: string) => {
    const found = certificatesIn(ourPki).find((one) => one.subject.includes(subject));
    return trustCertificate(ourPki, found?.thumbprint ?? "");
  };
  expect(trust("CN=new certificate")).toMatchObject({ ok: true });
  await until(() => status().state === "ready");
  expect(trust("CN=expired certificate")).toMatchObject({ ok: true });
  await served.opcUa.restart({ certificate: "expired" });
  await until(() => lastError().startsWith("opc-ua.certificate-expired"));
  await served.opcUa.restart();
  await until(() => status().state === "ready" && breaker().quality === "good");
}, 90_000);

const status = () => memory.status("plant-1", "opc-ua-plant", clock.monotonicMs());
const lastError = () => status().lastError ?? "";
const breaker = (): PlantImage["breakerClosed"] => memory.image(clock.monotonicMs(), Ms(1_500)).breakerClosed;
