// The one door behind every `npm run`: brings what is missing (dependencies, Node 24, the page's bundle),
// then starts the script under the right Node. Plain JavaScript without dependencies, because it is what
// installs them; it must itself run on any Node a machine is likely to have.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const SCRIPTS = {
  demo: "hil-tests/harness/demo.ts",
  sim: "hil-tests/harness/sim.ts",
  sims: "firmware-sims/main.ts",
  test: "hil-tests/harness/test.ts",
  check: "hil-tests/harness/check.ts",
  bench: "hil-tests/bench/main.ts",
  fuzz: "hil-tests/fuzz/main.ts",
  soak: "hil-tests/soak/main.ts",
  response: "hil-tests/response/main.ts",
  faults: "hil-tests/faults/main.ts",
  build: "hil-tests/harness/build.ts",
  conformance: "hil-tests/conformance/main.ts",
  "market-day": "hil-tests/harness/market-day.ts",
  "forecast-eval": "cloud/lab/forecast-eval/main.ts",
};

const [name = "", ...args] = process.argv.slice(2);
const script = SCRIPTS[name];
if (script === undefined) stop(`there is no "${name}"; one of: ${Object.keys(SCRIPTS).join(", ")}`, 2);

withLock(() => {
  install();
  build();
});
run(nodePath(), [join(root, script), ...args]);

/** `npm ci` when the lockfile or a manifest is not the one that was last installed. */
function install() {
  const manifests = ["package-lock.json", "package.json", ".npmrc"];
  for (const folder of JSON.parse(readFileSync(join(root, "package.json"), "utf8")).workspaces)
    manifests.push(`${folder}/package.json`);
  const wanted = hashOf(manifests.filter((file) => existsSync(join(root, file))));
  const stamp = join(root, "node_modules/.penstock-installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing dependencies (npm ci, about half a minute) …");
  const started = Date.now();
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
  if (npm.error) stop(`npm could not be started (${npm.error.message}); install Node with npm and try again`);
  if (npm.status !== 0)
    stop(`npm ci failed; what it said is above. Is the package registry reachable?\n${npm.stdout ?? ""}`);
  writeFileSync(stamp, wanted);
  say(`dependencies installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** Bundles the fleet page when its sources are newer than the bundle. */
function build() {
  const sources = hashOf(filesBelow("cloud/fleet/page").concat("package-lock.json"));
  const stamp = join(root, "cloud/dist/page/.built-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  say("building the fleet page …");
  const tsup = spawnSync(
    nodePath(),
    [join(root, "node_modules/tsup/dist/cli-default.js"), "--config", "tsup.config.ts", "--silent"],
    {
      cwd: join(root, "cloud"),
      encoding: "utf8",
    },
  );
  if (tsup.status !== 0) stop(`the fleet page did not build:\n${tsup.stdout}${tsup.stderr}`);
  writeFileSync(stamp, sources);
}

/** Node 22.18 runs TypeScript as it is and loads the SQLite add-on; an older one would crash on it without a word. */
function nodePath() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const brought = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin/node");
  if (existsSync(brought)) {
    if (process.env.PENSTOCK_NODE_SAID !== "1")
      say(`Node ${process.versions.node} is too old; using the Node 24 that came with the dependencies`);
    process.env.PENSTOCK_NODE_SAID = "1";
    return brought;
  }
  return stop(
    `Node ${process.versions.node} is too old and no Node 24 comes as a package for ${process.platform}-${process.arch}; install Node 24 (22.18 at least) and try again`,
  );
}

function run(command, argv) {
  const path = `${dirname(command)}:${join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}`;
  const child = spawn(command, argv, { stdio: "inherit", env: { ...process.env, PATH: path } });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

/** Two `npm run`s at once must not install into one folder. A lock whose owner is gone is taken over. */
function withLock(action) {
  const lock = join(root, ".penstock/launch.lock");
  mkdirSync(dirname(lock), { recursive: true });
  for (let waitedS = 0; ; waitedS++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch {
      const owner = Number(readFileSync(lock, { encoding: "utf8", flag: "a+" }));
      if (!isAlive(owner)) rmSync(lock, { force: true });
      else if (waitedS === 0) say(`waiting for another run to finish installing (process ${owner}) …`);
      else if (waitedS > 300) stop(`another run holds ${lock}; remove it if that run is gone`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    }
  }
  try {
    action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function filesBelow(folder) {
  const found = [];
  for (const entry of readdirSync(join(root, folder)).sort()) {
    const path = `${folder}/${entry}`;
    if (statSync(join(root, path)).isDirectory()) found.push(...filesBelow(path));
    else found.push(path);
  }
  return found;
}

function say(text) {
  process.stderr.write(`penstock: ${text}\n`);
}

function stop(text, code = 1) {
  say(text);
  process.exit(code);
}
