import { createHash } from "node:crypto";
import { closeSync, fchmodSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * How a user proves who they are to the agent behind a Unix socket, where Node cannot ask for the peer's credentials:
 * by leaving a file, for the kernel writes its owner down. Its name is the agent's challenge, and it holds
 * {@link proofText}, so that it stands for this one request of this one user and for nothing else.
 */
export const proofFolder = (door: string): string => door.replace(/(\.sock)?$/, ".proofs");

/** What the file holds: SHA-256 over the challenge and the request as it is sent, in hex. */
export const proofText = (challenge: string, request: string): string =>
  createHash("sha256").update(`${challenge}\n${request}`).digest("hex");

/** A challenge is also a file's name: nothing else may be one. */
export const isChallenge = (value: unknown): value is string =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/** Leaves the proof beside the socket; answers how to take it away again. Throws where the folder takes none. */
export function leaveProof(door: string, challenge: string, request: string): () => void {
  const file = join(proofFolder(door), challenge);
  const descriptor = openSync(file, "wx", 0o444);
  fchmodSync(descriptor, 0o444); // The agent must be able to read it, whatever this user's umask.
  writeSync(descriptor, proofText(challenge, request));
  closeSync(descriptor);
  return () => rmSync(file, { force: true });
}
