import { minutes, seconds } from "@penstock/protocol/units";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { deskAct } from "../desk/desk-actions.ts";
import { DeskWorld, fiveMinutes, unitEntry } from "../desk/testing/desk-world.ts";
import { type FleetHttp, FleetModel, fleetHttp, People } from "./index.ts";
import { buildPage, hasChromium, launchBrowser, pageFolder } from "./testing/page-browser.ts";
import { poorContrast } from "./testing/poor-contrast.ts";

const tokens = { "trader-1": "t".repeat(40), "approver-1": "a".repeat(40) };
let world: DeskWorld;
let model: FleetModel;
let server: FleetHttp;
let browser: Browser;
let page: Page | undefined;
/** What the browser complained about: refused by the content policy, thrown, not found. */
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  buildPage();
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** Two minutes into an interval, with one bid of the algorithm's that waits beyond the band, and so for two people. */
beforeEach(async () => {
  if (!hasChromium) return;
  const band = { pricePerMWhMin: -50, pricePerMWhMax: 300, offeredMWMax: 8 };
  world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")], desk: { band } });
  world.desk.start();
  model = new FleetModel({ clock: world.clock, sites: [{ siteId: "park", name: "park" }] });
  world.clock.advance(minutes(2));
  show();
  const started = await fleetHttp({
    model,
    port: 0,
    pageFolder,
    people: new People([
      { name: "trader-1", role: "trader", token: tokens["trader-1"] },
      { name: "approver-1", role: "approver", token: tokens["approver-1"] },
    ]),
    actions: {
      desk: (act, body, by) => {
        const done = deskAct(world.desk.commands, fiveMinutes, act, body, by);
        show();
        return done;
      },
    },
  });
  if (!started.ok) throw new Error(started.error.code);
  server = started.value;
});
afterEach(async () => {
  await page?.close();
  await server?.close();
  expect(complaints.splice(0)).toEqual([]);
});

function show(): void {
  const marketTimeMs = world.marketClock.nowMs();
  const startMs = Math.floor(marketTimeMs / fiveMinutes) * fiveMinutes;
  model.market({
    marketId: "nem",
    region: "NSW1",
    currency: "AUD",
    marketTimeMs,
    marketSpeed: 1,
    intervalStartMs: startMs as typeof marketTimeMs,
    intervalEndMs: (startMs + fiveMinutes) as typeof marketTimeMs,
    pricePerMWh: 84.2,
    pricesGenerated: true,
    pricesSource: "generated from seed 1",
  });
  model.desk(world.desk.document());
  model.refresh();
}

async function open(colorScheme: "light" | "dark" = "light", width = 1440): Promise<Page> {
  const opened = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme });
  page = opened;
  opened.on("pageerror", (error) => complaints.push(error.message));
  opened.on("console", (message) => {
    if (message.type() === "error" && !/status of 4(01|09)/.test(message.text())) complaints.push(message.text());
  });
  await opened.goto(server.url);
  await opened.getByText("Live", { exact: true }).waitFor();
  return opened;
}

async function signIn(opened: Page, name: keyof typeof tokens): Promise<void> {
  await opened.getByLabel("Your token").fill(tokens[name]);
  await opened.getByRole("button", { name: "Sign in" }).click();
  await opened.getByText(name).first().waitFor();
}

test.runIf(hasChromium)("whoever is not signed in sees what waits and can press nothing", async () => {
  const opened = await open();
  await opened.getByText("Beyond the band").waitFor();
  expect(await opened.getByRole("button", { name: "Approve", exact: true }).isDisabled()).toBe(true);
  expect(await opened.getByRole("button", { name: "Stop the algorithm" }).count()).toBe(0);
  await opened.getByLabel("Your token").fill("x".repeat(40));
  await opened.getByRole("button", { name: "Sign in" }).click();
  await opened.getByText("Nobody is known by this token").waitFor();
});

test.runIf(hasChromium)("two people let a bid beyond the band out, one after the other", async () => {
  const opened = await open();
  await signIn(opened, "trader-1");
  await opened.getByRole("button", { name: "Approve", exact: true }).click();
  await opened.getByText("signed 1 of 2: trader-1").waitFor();
  await opened.getByRole("button", { name: "Approve", exact: true }).click();
  await opened.getByText(/Refused: desk\.second-person/).waitFor();
  await opened.getByRole("button", { name: "Sign out" }).click();
  await signIn(opened, "approver-1");
  await opened.getByRole("button", { name: "Approve", exact: true }).click();
  await opened.getByText("Nothing waits for approval").waitFor();
  expect(world.desk.records(world.marketClock.nowMs()).at(-1)?.state).toBe("accepted");
});

test.runIf(hasChromium)("a gate is set with a reason, and the reason stands beside it", async () => {
  const opened = await open();
  await signIn(opened, "trader-1");
  const gate = opened.getByRole("group", { name: "Gate of park" }).getByRole("button", { name: "off" });
  expect(await gate.isDisabled()).toBe(true);
  await opened.getByLabel("Reason, for the record").fill("fire drill");
  await gate.click();
  await opened.getByText("trader-1: fire drill").waitFor();
  expect(await gate.getAttribute("aria-pressed")).toBe("true");
});

test.runIf(hasChromium)("the switch needs no reason, says so everywhere, and is cleared by another", async () => {
  const opened = await open();
  await signIn(opened, "trader-1");
  await opened.getByRole("button", { name: "Stop the algorithm" }).press("Enter");
  await opened.getByRole("alert").getByText("The algorithm is stopped").waitFor();
  expect(world.desk.killed()).toMatchObject({ by: "trader-1" });
  await opened.getByRole("button", { name: "Sign out" }).click();
  await signIn(opened, "approver-1");
  await opened.getByLabel("Reason, for the record").fill("checked with the operator");
  await opened.getByRole("button", { name: "Let the algorithm bid again" }).click();
  await opened.getByText("Done.").waitFor();
  expect(world.desk.killed()).toBeNull();
});

test.runIf(hasChromium)("it reads well by day and by night, and fits desk and phone", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      const opened = await open(colorScheme, width);
      if (width === 1440) await signIn(opened, "trader-1");
      expect(await opened.evaluate(poorContrast), `${colorScheme} at ${width}`).toEqual([]);
      expect(await opened.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      const folder = process.env["PENSTOCK_SCREENSHOTS"];
      if (folder !== undefined)
        await opened.screenshot({ path: `${folder}/desk-${colorScheme}-${width}.png`, fullPage: true });
      await opened.close();
    }
  }
});

test.runIf(hasChromium)("settings that changed are shown with the button that vouches for them", async () => {
  world.readings.set("park", { capabilityHash: "f".repeat(64) });
  world.clock.advance(seconds(1));
  show();
  const opened = await open();
  await signIn(opened, "approver-1");
  await opened.getByLabel("Reason, for the record").fill("droop confirmed on site");
  await opened.getByRole("button", { name: "Attest ffffffffffff" }).click();
  await opened.getByText("Done.").waitFor();
  expect(world.desk.document().capabilities).toMatchObject([{ state: "attested" }]);
});
