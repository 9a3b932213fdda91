import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UnixUser } from "../agent/requests/caller.ts";
import { proofFolder, proofText } from "./user-proof.ts";

export interface ProofError extends CodedError {
  readonly code: "second-person.proof-refused" | "second-person.users-hidden";
  readonly why: string;
}

/** Anyone may put a file in, nobody may list them or touch another's (sticky): mode 1733. */
export function openProofFolder(door: string): Result<void, ProofError> {
  const folder = proofFolder(door);
  try {
    mkdirSync(folder, { recursive: true });
    const { uid } = lstatSync(folder);
    if (!lstatSync(folder).isDirectory() || uid !== process.geteuid?.())
      return refused(`${folder} is not the agent's own`);
    chmodSync(folder, 0o1733);
    return ok(undefined);
  } catch (cause) {
    return refused(cause instanceof Error ? cause.message : String(cause));
  }
}

/** What users of an earlier process left behind. */
export function emptyProofFolder(door: string): void {
  const folder = proofFolder(door);
  if (!existsSync(folder)) return;
  for (const left of readdirSync(folder)) takeAway(join(folder, left));
}

/**
 * Whose file it is that stands for this request. A link, another's file moved here, one that others could have written
 * and one that says something else are refused. The file is gone afterwards.
 */
export function checkProof(door: string, challenge: string, request: string): Result<UnixUser, ProofError> {
  const file = join(proofFolder(door), challenge);
  try {
    const owner = ownerOf(file, proofText(challenge, request));
    if (!owner.ok) return owner;
    if (owner.value === nobodyUid) {
      return fail({ code: "second-person.users-hidden", why: "every user looks alike to the agent" });
    }
    return ok(userOf(owner.value));
  } catch (cause) {
    return refused(cause instanceof Error ? cause.message : String(cause));
  } finally {
    takeAway(file);
  }
}

function ownerOf(file: string, text: string): Result<number, ProofError> {
  // A pipe must not hold the agent up.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { uid, mode, nlink, size } = fstatSync(descriptor);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || nlink !== 1) return refused("it is no file of its own");
    if ((mode & 0o222) !== 0) return refused("others could have written it");
    const held = Buffer.alloc(text.length);
    if (size !== text.length || readSync(descriptor, held) !== text.length || held.toString("latin1") !== text) {
      return refused("it stands for another request");
    }
    return ok(uid);
  } finally {
    closeSync(descriptor);
  }
}

/** A folder that somebody put there is left alone: to walk through it would be a trap. */
function takeAway(file: string): void {
  try {
    unlinkSync(file);
  } catch {}
}

/** What the kernel shows for a user that a namespace does not know: systemd's PrivateUsers, rootless containers. */
const nobodyUid = 65_534;

/** Node has no getpwuid; whoever is not in the file has a number. */
function userOf(uid: number): UnixUser {
  const lines = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n") : [];
  const name = lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0];
  return { uid, name: name ?? `uid ${uid}`, isPersonal: uid !== 0 && uid !== process.geteuid?.() };
}

const refused = (why: string) => fail<ProofError>({ code: "second-person.proof-refused", why });
