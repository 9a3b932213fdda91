import { SimClock } from "@penstock/protocol/time";
import { seconds, UtcMs } from "@penstock/protocol/units";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type FleetHttp, fleetHttp } from "./index.ts";
import { FixtureFleet } from "./testing/fixture-fleet.ts";
import { buildPage, hasChromium, launchBrowser, pageFolder } from "./testing/page-browser.ts";
import { poorContrast } from "./testing/poor-contrast.ts";

const clock = new SimClock(UtcMs(1_700_000_000_000));
let fleet: FixtureFleet;
let server: FleetHttp;
let browser: Browser;
let page: Page | undefined;
/** What the browser complained about: refused by the content policy, thrown, not found. */
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  buildPage();
  fleet = new FixtureFleet(clock);
  server = await serve(0);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

afterEach(async () => {
  await page?.close();
  expect(complaints.splice(0)).toEqual([]);
});

async function serve(port: number): Promise<FleetHttp> {
  const started = await fleetHttp({ model: fleet.model, port, pageFolder });
  if (!started.ok) throw new Error(started.error.code);
  return started.value;
}

async function open(options: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<Page> {
  const { width = 1440, colorScheme = "light" } = options;
  const opened = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page = opened;
  opened.on("pageerror", (error) => complaints.push(error.message));
  opened.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("ERR_CONNECTION_REFUSED"))
      complaints.push(message.text());
  });
  await opened.goto(server.url);
  await opened.getByText("Live", { exact: true }).waitFor();
  return opened;
}

function tick(): void {
  clock.advance(seconds(1));
  fleet.second();
}

test.runIf(hasChromium)("the first screen shows power, energy, sites, alarms, price, bids and money", async () => {
  const opened = await open();
  const text = (await opened.locator("body").innerText()).toLowerCase();
  const wanted = [
    "park",
    "feeder",
    "street",
    "mw",
    "mwh",
    "state of charge",
    "alarm",
    "aud/mwh",
    "generated prices",
    "pnstk1",
    "perfect foresight",
    "missing",
  ];
  for (const words of wanted) expect(text, words).toContain(words);
});

test.runIf(hasChromium)("figures move as the fleet does, without a reload", async () => {
  const opened = await open();
  for (let i = 0; i < 3; i++) {
    tick();
    const stored = String(fleet.model.snapshot().summary.records.stored);
    // Thousands stand apart by a thin space.
    await opened
      .getByText(new RegExp(stored.replace(/\B(?=(\d{3})+$)/g, "\\s?")))
      .first()
      .waitFor();
  }
});

test.runIf(hasChromium)("nothing is wider than the screen, on a desk or on a phone, by day or by night", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 1024, 390]) {
      const opened = await open({ width, colorScheme });
      const overflow = await opened.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${colorScheme} at ${width}`).toBeLessThanOrEqual(0);
      await opened.close();
    }
  }
});

test.runIf(hasChromium)("it reads well by day and by night: text has the contrast WCAG AA asks for", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const opened = await open({ colorScheme });
    expect(await opened.evaluate(poorContrast), colorScheme).toEqual([]);
    await opened.close();
  }
});

test.runIf(hasChromium)("every chart can be read as a table, by keyboard alone", async () => {
  const opened = await open();
  const tables = await opened.locator("table").count();
  const switches = opened.getByRole("button", { name: "Table" });
  const count = await switches.count();
  expect(count).toBe(3);
  for (let i = 0; i < count; i++) {
    await switches.nth(i).focus();
    await opened.keyboard.press("Enter");
    expect(await switches.nth(i).getAttribute("aria-pressed")).toBe("true");
  }
  expect(await opened.locator("table").count()).toBeGreaterThanOrEqual(tables + 3);
});

test.runIf(hasChromium)("a site is chosen by its name, and its address can be passed on", async () => {
  const opened = await open();
  await opened.getByRole("button", { name: "street" }).press("Enter");
  await opened.getByRole("region", { name: "street power" }).waitFor();
  expect(opened.url()).toContain("#site=street");
  await opened.reload();
  await opened.getByRole("region", { name: "street power" }).waitFor();
});

test.runIf(hasChromium)(
  "when the aggregator is gone the page says so and greys out; when it is back it goes on",
  async () => {
    const opened = await open();
    const { port } = server;
    await server.close();
    await opened.getByText(/does not answer/).waitFor();
    await opened.getByText("Reconnecting").waitFor();
    server = await serve(port);
    await opened.getByText("Live", { exact: true }).waitFor();
    tick();
  },
);

test.runIf(hasChromium)("what is wrong comes with what to do about it", async () => {
  const opened = await open();
  fleet.trouble();
  for (let i = 0; i < 7; i++) {
    clock.advance(seconds(1));
    fleet.model.refresh();
  }
  await opened.getByText("feeder cannot be heard").waitFor();
  const text = await opened.locator("body").innerText();
  expect(text).toContain("explains 1 more");
  expect(text).toContain("Check the site's uplink");
  expect(text).toContain("offline");
});
