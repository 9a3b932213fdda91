import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type CodedError, fail, invariant, ok, type Result } from "../result/index.ts";

/**
 * An Ed25519 private key (RFC 8032) from its 32-byte seed. A simulation derives keys from its own seed this
 * way; a real issuer keeps the seed in a key store and never in a file of ours.
 */
export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  invariant(seed.length === 32, "an Ed25519 seed has 32 bytes");
  return createPrivateKey({ key: Buffer.concat([pkcs8Ed25519, seed]), format: "der", type: "pkcs8" });
}

/** The public half of a private key; a public key is returned as it is. */
export function publicKeyOf(key: KeyObject): KeyObject {
  return key.type === "public" ? key : createPublicKey(key);
}

/** SubjectPublicKeyInfo PEM, the form a site's list of trusted keys holds. */
export function publicKeyPem(key: KeyObject): string {
  return publicKeyOf(key).export({ format: "pem", type: "spki" }).toString();
}

/** The 32 bytes that are the key. Two names for one key show here and nowhere else. */
export function publicKeyRaw(key: KeyObject): Uint8Array {
  return new Uint8Array(publicKeyOf(key).export({ format: "der", type: "spki" }).subarray(-32));
}

/** A public key from its 32 raw bytes. */
export function publicKeyFromRaw(raw: Uint8Array): KeyObject {
  invariant(raw.length === 32, "an Ed25519 public key has 32 bytes");
  return createPublicKey({ key: Buffer.concat([spkiEd25519, raw]), format: "der", type: "spki" });
}

/** A trusted key as configuration gives it. Errors: `key.malformed`, `key.not-ed25519`. */
export function publicKeyFromPem(pem: string): Result<KeyObject> {
  return ed25519Only(() => createPublicKey(pem));
}

/** A signing key as a secret file gives it. Errors: `key.malformed`, `key.not-ed25519`. */
export function privateKeyFromPem(pem: string): Result<KeyObject> {
  return ed25519Only(() => createPrivateKey(pem));
}

// RFC 8410 fixes every byte before the key itself.
const pkcs8Ed25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const spkiEd25519 = Buffer.from("302a300506032b6570032100", "hex");

function ed25519Only(read: () => KeyObject): Result<KeyObject, CodedError> {
  try {
    const key = read();
    return key.asymmetricKeyType === "ed25519"
      ? ok(key)
      : fail({ code: "key.not-ed25519", keyType: key.asymmetricKeyType ?? "unknown" });
  } catch (cause) {
    return fail({ code: "key.malformed", detail: cause instanceof Error ? cause.message : String(cause) });
  }
}
