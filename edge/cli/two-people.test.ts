import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { minutes, seconds } from "@penstock/protocol/units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "../agent/requests/request.ts";
import { sampleSite } from "../agent/testing/sample-agent.ts";
import { sampleStatus } from "../agent/testing/sample-status.ts";
import { checkProof, openProofFolder } from "./check-proof.ts";
import { serveOperators } from "./operator-socket.ts";
import { ProofDoor } from "./proof-door.ts";
import { leaveProof, proofFolder, proofText } from "./user-proof.ts";

/** Users of this box who need no entry in its list; only root can become them. */
const ann = 60_001;
const bob = 60_002;
const crew = 60_000;
const isRoot = process.getuid?.() === 0;
const launcher = join(import.meta.dirname, "..", "bin", "sitectl.mjs");
const folder = mkdtempSync(join(tmpdir(), "penstock-two-"));
const socket = join(folder, "park.sock");
let close = () => {};
let audit: { readonly who: string; readonly what: string; readonly outcome: string }[] = [];

beforeAll(async () => {
  chmodSync(folder, 0o755);
  const { clock, disk, boot } = sampleSite({ access: { secondPersonWithinMs: minutes(10) } });
  const { agent } = boot();
  clock.advance(seconds(5));
  audit = disk.audit;
  const served = await serveOperators(
    socket,
    (request, role, answer, user) => {
      agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
      agent.operate(request, role, answer, user);
      clock.advance(seconds(1));
    },
    { operatorGroup: String(isRoot ? crew : process.getgid?.()) },
  );
  if (!served.ok) throw new Error(served.error.code);
  close = served.value.close;
});

afterAll(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

function sitectl(uid: number, ...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [launcher, ...args, "--socket", socket], {
    env: { PATH: process.env["PATH"], HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
    ...(isRoot && { uid, gid: crew }),
  });
  const said = { out: "", err: "" };
  for (const [name, stream] of [["out", child.stdout] as const, ["err", child.stderr] as const]) {
    stream.on("data", (text) => {
      said[name] += String(text);
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...said })));
}

const mayBecomeUsers = isRoot && othersMayRead(launcher) && othersMayRead(process.execPath);

/** Needs root, to be two users, and a clone that other users can read. */
test.skipIf(!mayBecomeUsers)("two Unix users end a stop that neither could end alone", async () => {
  expect(await sitectl(ann, "stop", "--reason", "smoke", "--by", "ann")).toMatchObject({ code: 0 });
  const asked = await sitectl(ann, "resume", "--reason", "clear", "--confirm", "park", "--by", "ann");
  expect(asked).toMatchObject({ code: 5, out: "" });
  const [, id] = /sitectl approve ([a-z]{5}) --reason TEXT/.exec(asked.err) ?? [];
  expect(id, asked.err).toBeDefined();

  const list = await sitectl(bob, "approvals");
  expect(list).toMatchObject({ code: 0, out: expect.stringContaining("stopped by ann: smoke") });
  expect(list.out).toContain("asked by  ann (user uid 60001)");
  for (const line of list.out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);

  const approve = ["approve", id as string, "--reason", "seen", "--confirm", "park"];
  expect(await sitectl(ann, ...approve, "--by", "bob")).toMatchObject({
    code: 4,
    err: expect.stringContaining("another person must approve"),
  });
  expect(await sitectl(0, ...approve)).toMatchObject({ code: 4, err: expect.stringContaining("several people") });
  expect(await sitectl(bob, "approve", id as string, "--reason", "seen")).toMatchObject({ code: 5 });
  expect(await sitectl(bob, ...approve, "--by", "bob")).toMatchObject({ code: 0, out: "park: resume is done\n" });

  expect(audit.map(({ who, what, outcome }) => `${who} ${what}: ${outcome}`)).toEqual([
    "ann stop: done",
    "ann resume: second-person.waiting",
    "bob approve: second-person.same-person",
    "root approve: second-person.shared-user",
    "bob approve: approved",
    "ann (uid 60001) and bob (uid 60002) resume: done",
  ]);
  const doors = readdirSync(folder).filter((name) => name.endsWith(".proofs"));
  expect(doors).toContain("park.operator.proofs");
  for (const door of doors) {
    expect(statSync(join(folder, door)).mode & 0o7777).toBe(0o1733);
    expect(readdirSync(join(folder, door)), "no proof is left behind").toEqual([]);
  }
});

test("one user alone is told that it takes another, and what they would type", async () => {
  expect(await sitectl(0, "approvals")).toMatchObject({ code: 0, out: expect.stringContaining("10 min each") });
  expect(await sitectl(0, "approve", "nnnnn", "--reason", "x", "--confirm", "park")).toMatchObject({
    code: 4,
    err: expect.stringContaining("nothing waits under nnnnn"),
  });
});

const challenge = "ab".repeat(32);
const request = '{"op":"approve"}';

/** What somebody might put where a proof belongs. */
test.each<[string, (file: string) => void]>([
  ["nothing", () => {}],
  ["a link to a file", (file) => symlinkSync(write(`${file}.target`), file)],
  ["a second name of a file", (file) => linkSync(write(`${file}.target`), file)],
  ["a folder", (file) => mkdirSync(file)],
  ["a file that its owner's group could write", (file) => chmodSync(write(file), 0o464)],
  ["the proof of another request", (file) => write(file, proofText(challenge, '{"op":"limit-clear"}'))],
  ["the proof of another challenge", (file) => write(file, proofText("cd".repeat(32), request))],
  ["more than a proof", (file) => write(file, `${proofText(challenge, request)}\n`)],
])("%s proves nobody", (_, put) => {
  const door = join(mkdtempSync(join(folder, "door-")), "park.sock");
  expect(openProofFolder(door)).toMatchObject({ ok: true });
  put(join(proofFolder(door), challenge));
  expect(checkProof(door, challenge, request)).toMatchObject({ error: { code: "second-person.proof-refused" } });
});

test("a proof is its owner's, counts once, and one made by a hidden user is nobody's", () => {
  const door = join(mkdtempSync(join(folder, "door-")), "park.sock");
  expect(openProofFolder(door)).toMatchObject({ ok: true });
  leaveProof(door, challenge, request);
  expect(checkProof(door, challenge, request)).toMatchObject({
    value: { uid: process.getuid?.(), isPersonal: false }, // The test is the agent's own user.
  });
  expect(checkProof(door, challenge, request).ok).toBe(false);
  if (!isRoot) return;
  leaveProof(door, challenge, request);
  chownSync(join(proofFolder(door), challenge), 65_534, 65_534);
  expect(checkProof(door, challenge, request)).toMatchObject({ error: { code: "second-person.users-hidden" } });
});

test("a folder for proofs that is not the agent's own takes none", () => {
  const door = join(mkdtempSync(join(folder, "door-")), "park.sock");
  symlinkSync(folder, proofFolder(door));
  expect(openProofFolder(door)).toMatchObject({ error: { code: "second-person.proof-refused" } });
});

test("a challenge counts once, on its own connection, and for the request it came back with", () => {
  const door = join(mkdtempSync(join(folder, "door-")), "park.sock");
  const connection = () => {
    const proof = new ProofDoor(door, (_, answer, user) =>
      answer(user === undefined ? refusal({ code: "second-person.unproven" }) : { user: user.uid }),
    );
    return (asked: unknown) => {
      let response: { error?: { code: string; challenge: string }; user?: number } = {};
      proof.handle(asked, (given) => {
        response = given as typeof response;
      });
      return response;
    };
  };
  const [ours, theirs] = [connection(), connection()];
  const challenged = () => ours(JSON.parse(request)).error?.challenge as string;
  const proven = (given: string) => ({ op: "proven", challenge: given, request });
  const refused = { error: { code: "second-person.proof-refused" } };

  const first = challenged();
  expect(theirs(JSON.parse(request)).error?.challenge).not.toBe(first);
  leaveProof(door, first, request);
  expect(theirs(proven(first))).toMatchObject(refused);
  expect(ours(proven(first))).toEqual({ user: process.getuid?.() });
  expect(ours(proven(first))).toMatchObject(refused);

  leaveProof(door, challenged(), request);
  expect(ours({ ...proven(challenged()), request: '{"op":"limit-clear"}' })).toMatchObject(refused);
});

function write(file: string, text = proofText(challenge, request)): string {
  writeFileSync(file, text, { mode: 0o444 });
  return file;
}

function othersMayRead(file: string): boolean {
  const around = dirname(file);
  const open = (statSync(file).mode & (statSync(file).isDirectory() ? 0o001 : 0o004)) !== 0;
  return open && (around === file || othersMayRead(around));
}
