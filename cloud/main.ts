import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { onGrid, SystemClock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import { Aggregator } from "./aggregator.ts";
import { type Credential, embeddedBroker, MqttClientLink } from "./broker/index.ts";
import { loadProcessConfig, type ProcessConfig } from "./config/load-process-config.ts";
import { operatorAt } from "./connectors/operator-at.ts";
import { signalLine } from "./connectors/signal-line.ts";
import { FleetModel, FleetPublisher, fleetHttp, People } from "./fleet/index.ts";
import { marketOf } from "./markets/index.ts";
import { ThreadValueTrainer } from "./models/value-trainers.ts";
import { openOnnxModel } from "./onnx/open-onnx-model.ts";
import { nemPriceFile } from "./prices/nem-price-file.ts";
import { openPrices } from "./prices/open-prices.ts";
import { recordedReservePrices } from "./prices/recorded-reserve-prices.ts";
import type { ReservePrices } from "./prices/reserve-prices.ts";
import { openSqliteCloudStore } from "./store/index.ts";
import { ModelRegistry } from "./store/model-registry.ts";

/** The process of the fleet: broker, store, page and signals around the aggregator. Nothing is decided here. */

const usage = `penstock-cloud --config FILE

Runs the aggregator: takes telemetry, bids, dispatches, settles, shows the fleet.

  --config FILE   sites, units, market, prices, files

  penstock-cloud --config cloud.yaml`;

const pageFolder = join(import.meta.dirname, "dist/page");
const endWithinMs = 5_000;

async function run({ document, cloud, path, people }: ProcessConfig): Promise<void> {
  const clock = new SystemClock();
  const { market, http, mqtt } = document;
  const prices = openPrices(
    "file" in document.prices ? { ...document.prices, file: path(document.prices.file) } : document.prices,
    marketOf(market.id),
    market.region,
  );
  if (!prices.ok) exitWith(`prices: ${describeError(prices.error)}`);

  mkdirSync(path(document.runFolder), { recursive: true });
  mkdirSync(dirname(path(document.storeFile)), { recursive: true });
  const store = openSqliteCloudStore(path(document.storeFile));
  if (!store.ok) exitWith(`the store cannot be opened: ${describeError(store.error)}`);

  const registry = document.models === undefined ? undefined : ModelRegistry.open(path(document.models.registryFile));
  if (registry?.ok === false) exitWith(`the registry of models cannot be opened: ${describeError(registry.error)}`);

  const secret = (file: string) => readFileSync(path(file), "utf8").trim();
  const hostPassword = secret(mqtt.hostPasswordFile);
  const credentials: Credential[] = [
    { username: "host", password: hostPassword, identity: { role: "host" } },
    { username: "viewer", password: secret(mqtt.viewerPasswordFile), identity: { role: "viewer" } },
    ...document.sites.map(
      (site): Credential => ({
        username: site.id,
        password: secret(site.passwordFile),
        identity: { role: "site", group: site.group, node: site.node },
      }),
    ),
  ];
  const broker = await embeddedBroker({
    port: mqtt.port,
    host: mqtt.host,
    credentials,
    onEvent: (event) => process.stderr.write(`${JSON.stringify(event)}\n`),
  });
  if (!broker.ok) exitWith(`MQTT: ${describeError(broker.error)}`);

  const fleet = new FleetModel({ clock, sites: document.sites.map(({ id }) => ({ siteId: id, name: id })) });
  for (const { id } of document.sites) fleet.restore(id, store.value.latest(id));
  const trainer = new ThreadValueTrainer();
  const reservePrices = reservePricesOf({ document, cloud, path });
  const link = new MqttClientLink({ url: broker.value.url, username: "host", password: hostPassword });
  const aggregator = new Aggregator({
    clock,
    rng: new Rng(`${process.pid} ${clock.nowMs()}`),
    config: cloud,
    store: store.value,
    link,
    prices: prices.value,
    fleet,
    trainer,
    ...(reservePrices !== undefined && { reservePrices }),
    ...(document.operator !== undefined && { operator: operatorAt(document.operator, clock, fleet) }),
    ...(registry !== undefined && {
      models: { source: registry.value, openOnnx: openOnnxModel },
    }),
  });
  const publisher = new FleetPublisher((message) => link.publish(message));
  fleet.listen((delta) => publisher.show(delta));
  const page = await fleetHttp({
    model: fleet,
    port: http.port,
    host: http.host,
    pageFolder,
    people: new People(people),
    actions: { desk: (act, body, by) => aggregator.act(act, body, by) },
    routes: {
      desk: () => ({ atMs: clock.nowMs(), ...aggregator.desk.document(), acts: aggregator.desk.acts() }),
      report: () => ({ version: 1, ...aggregator.report() }),
      deliveries: () => aggregator.deliveries(),
      "why-bid": (bidId) => {
        const story = aggregator.explainBid(bidId);
        return story.ok ? story.value : undefined;
      },
    },
  });
  if (!page.ok) exitWith(`HTTP: ${describeError(page.error)}`);

  aggregator.start();
  const log = (entry: object) => process.stderr.write(`${JSON.stringify(entry)}\n`);
  const signals =
    document.signals === undefined
      ? undefined
      : signalLine({
          url: document.signals.url,
          clock,
          rng: new Rng(`signals ${process.pid}`),
          onWish: (wish) => {
            const taken = aggregator.wished(wish);
            if (!taken.ok) log(taken.error);
          },
          onTrouble: log,
        });
  const showing = onGrid(clock, seconds(1), () => fleet.refresh());
  const storeFile = path(document.storeFile);
  const addresses = { url: page.value.url, mqtt: broker.value.url, pid: process.pid, storeFile };
  writeFileSync(join(path(document.runFolder), "cloud.json"), `${JSON.stringify(addresses)}\n`);
  process.stdout.write(`${JSON.stringify(addresses)}\n`);

  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), endWithinMs).unref();
    showing.cancel();
    signals?.close();
    aggregator.stop();
    await trainer.close();
    await page.value.close();
    await broker.value.close();
    store.value.close();
    registry?.value.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end());
  process.on("SIGUSR2", () => aggregator.stopTrading());
}

/** Recorded ones, where the price file has them and a unit sells reserves. */
function reservePricesOf({
  document: { prices, market },
  cloud: { units },
  path,
}: Pick<ProcessConfig, "document" | "cloud" | "path">): ReservePrices | undefined {
  if (!("file" in prices) || market.id !== nemPriceFile.name) return undefined;
  const products = units.flatMap(({ reserves }) => reserves?.products.map(({ product }) => product) ?? []);
  return recordedReservePrices(path(prices.file), [...new Set(products)], prices.region ?? market.region);
}

function readArguments(): { readonly config: string } {
  try {
    const { values } = parseArgs({ options: { config: { type: "string" }, help: { type: "boolean", short: "h" } } });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    if (values.config === undefined) throw new Error("--config FILE is needed");
    return { config: values.config };
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}\n`);
    process.exit(2);
  }
}

function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const config = loadProcessConfig(readArguments().config);
if (!config.ok) exitWith(config.error.text);
await run(config.value);
