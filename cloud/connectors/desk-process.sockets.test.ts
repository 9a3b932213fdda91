import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DeskDocument } from "@penstock/protocol/fleet";
import { fail, ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { UtcMs, W } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import { MqttClientLink } from "../broker/index.ts";
import { loadProcessConfig } from "../config/load-process-config.ts";
import type { MarketOperator } from "../desk/market-operator.ts";
import { TameSite } from "../desk/testing/tame-site.ts";
import { type NemBid, nem } from "../markets/index.ts";
import { operatorServer } from "./operator-server.ts";

const cloud = resolve(import.meta.dirname, "..");
const example = readFileSync(join(cloud, "config/desk-at-an-operator.yaml"), "utf8");
const token = "t".repeat(64);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The example's folder with every secret it names, and the example in it, changed where a test must. */
function folderOf(changes: readonly (readonly [from: string, to: string])[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), "penstock-process-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "secrets"));
  const secret = (name: string, text: string) => writeFileSync(join(folder, "secrets", name), text, { mode: 0o600 });
  for (const name of ["host", "viewer", "park"]) secret(`${name}.password`, `${name}-password`);
  secret("trader-1.token", token);
  secret("approver-1.token", "a".repeat(64));
  secret("desk.pem", String(generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" })));
  let text = example;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(join(folder, "cloud.yaml"), text);
  return folder;
}

/** Takes every sound file and clears each interval at nothing. */
class TakesAll implements MarketOperator {
  readonly bids: NemBid[] = [];
  submit(bidFile: string, done: Parameters<MarketOperator["submit"]>[1]): void {
    const parsed = nem.parseBids(bidFile);
    if (parsed.ok) {
      this.bids.push(...parsed.value);
      done(ok({ receivedAtMs: UtcMs(Date.now()), bids: parsed.value.length }));
    } else done(fail({ code: "operator.file", violations: [] }));
  }
  results(...[interval, done]: Parameters<MarketOperator["results"]>): void {
    const award = { marketId: "nem", unitId: "PNSTK1", interval, targetW: W(0), pricePerMWh: 50, rampLimited: false };
    done(ok({ interval, pricePerMWh: 50, currency: "AUD", awards: [award] }));
  }
}

test("the example says what it says: an operator's door, a band, two people", () => {
  const loaded = loadProcessConfig(join(folderOf(), "cloud.yaml"));
  if (!loaded.ok) throw new Error(loaded.error.text);
  const { cloud, people, document } = loaded.value;
  expect(document.operator).toEqual({ url: "http://127.0.0.1:8443", timeoutS: 5, giveUpAfterS: 60 });
  expect(people.map(({ name, role }) => [name, role])).toEqual([
    ["trader-1", "trader"],
    ["approver-1", "approver"],
  ]);
  expect(cloud.desk).toMatchObject({ decideBeforeApprovalMs: 180_000, onKill: "run-out", band: { offeredMWMax: 20 } });
});

test("a process pointed at an operator's door hands in there what a person approved, after a lost answer too", async () => {
  const operator = new TakesAll();
  const door = await operatorServer({ operator, rng: new Rng("door"), port: 0 });
  if (!door.ok) throw new Error(door.error.code);
  closers.push(door.value.close);
  door.value.next("lose-answer");
  const folder = folderOf([
    ["http://127.0.0.1:8443", door.value.url],
    ["port: 8080", "port: 0"],
    ["port: 1883", "port: 0"],
    ["region: NSW1 }", "region: NSW1, speed: 20 }"],
    ["decideBeforeApprovalS: 180", "decideBeforeApprovalS: 240"],
  ]);
  const { url, mqtt } = await start(join(folder, "cloud.yaml"));
  const loaded = loadProcessConfig(join(folder, "cloud.yaml"));
  const [entry] = loaded.ok ? loaded.value.cloud.sites : [];
  if (!loaded.ok || entry === undefined) throw new Error("the example has a site");
  const link = new MqttClientLink({ url: mqtt, username: "park", password: "park-password" });
  new TameSite(new SystemClock(), link, entry, loaded.value.cloud.dispatch.signingKey).start();
  closers.push(() => link.disconnect());

  const sold = await patiently("an approved bid with volume at the operator", async () => {
    const desk = (await (await fetch(`${url}/api/v1/desk`)).json()) as DeskDocument;
    for (const { bidId } of desk.approvals) {
      await fetch(`${url}/api/v1/desk/approve`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ bidId }),
      });
    }
    return operator.bids.find((bid) => nem.stackOf(bid).length > 0);
  });
  expect(sold.unitId).toBe("PNSTK1");
  expect(door.value.counts.lostAnswers).toBe(1);
  await patiently("the operator's answer, asked for again", async () => {
    const report = (await (await fetch(`${url}/api/v1/report`)).json()) as { readonly bidsAccepted: number };
    return report.bidsAccepted > 0 ? report : undefined;
  });
}, 90_000);

async function start(config: string): Promise<{ readonly url: string; readonly mqtt: string }> {
  const child: ChildProcess = spawn(process.execPath, [join(cloud, "main.ts"), "--config", config], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  closers.push(async () => {
    const gone = new Promise((done) => child.once("exit", done));
    child.kill();
    await gone;
  });
  const line = await new Promise<string>((done, refuse) => {
    child.stdout?.once("data", (chunk: Buffer) => done(chunk.toString("utf8").split("\n")[0] ?? ""));
    child.once("exit", (code) => refuse(new Error(`the aggregator ended with ${code}`)));
  });
  return JSON.parse(line) as { readonly url: string; readonly mqtt: string };
}

async function patiently<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`${what} did not come`);
}
