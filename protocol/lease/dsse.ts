import { type KeyObject, sign, verify } from "node:crypto";
import { type CodedError, fail, invariant, ok, type Result } from "../result/index.ts";
import { publicKeyRaw } from "./keys.ts";

/**
 * A Dead Simple Signing Envelope (DSSE 1.0): several Ed25519 signatures over the same exact bytes, so that
 * two people approve precisely one command and nothing is canonicalised again on the way.
 */
export interface Envelope {
  readonly payloadType: string;
  /** Base64 of the signed bytes. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export interface TrustedKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

export interface VerifiedEnvelope {
  readonly payloadType: string;
  readonly body: Uint8Array;
  /** Key ids whose signatures count: distinct ids of distinct keys, in the order of the envelope. */
  readonly signedBy: readonly string[];
}

export interface EnvelopeError extends CodedError {
  readonly code:
    | "envelope.too-large"
    | "envelope.malformed"
    | "envelope.too-many-signatures"
    | "envelope.too-few-signatures";
}

/** A lease is under 1 KiB; nothing that must be verified before it can be believed may be large. */
export const envelopeBytesMax = 16 * 1024;
/** Each signature costs a verification (about 0.1 ms): an unsigned stranger may not ask for many. */
const signaturesMax = 8;

/**
 * Opens an envelope. `requiredSignatures` valid signatures by distinct trusted ids **and** distinct key bytes
 * are needed: one key under two names is one person. Signatures by strangers, repeats and forgeries do not count.
 */
export function verifyEnvelope(
  bytes: Uint8Array,
  trustedKeys: readonly TrustedKey[],
  requiredSignatures: number,
): Result<VerifiedEnvelope, EnvelopeError> {
  invariant(requiredSignatures >= 1, "an envelope that needs no signature proves nothing");
  if (bytes.length > envelopeBytesMax) {
    return fail({ code: "envelope.too-large", bytes: bytes.length, bytesMax: envelopeBytesMax });
  }
  const parsed = parseEnvelope(bytes);
  if (!parsed.ok) return parsed;
  const { payloadType, body, signatures } = parsed.value;
  if (signatures.length > signaturesMax) {
    return fail({ code: "envelope.too-many-signatures", signatures: signatures.length, signaturesMax });
  }

  const signed = pae(payloadType, body);
  const signedBy: string[] = [];
  const countedKeys = new Set<string>();
  for (const { keyId, signature } of signatures) {
    if (signedBy.includes(keyId)) continue;
    for (const trusted of trustedKeys) {
      if (trusted.keyId !== keyId) continue;
      const keyBytes = bytesOf(trusted.publicKey);
      if (countedKeys.has(keyBytes) || !verify(null, signed, trusted.publicKey, signature)) continue;
      countedKeys.add(keyBytes);
      signedBy.push(keyId);
      break;
    }
  }
  if (signedBy.length < requiredSignatures) {
    return fail({ code: "envelope.too-few-signatures", valid: signedBy.length, requiredSignatures });
  }
  return ok({ payloadType, body, signedBy });
}

/** A key's bytes as text. Taking them out of it costs half a verification, and the few keys of a site are the same for ever. */
function bytesOf(key: TrustedKey["publicKey"]): string {
  const held = keyTexts.get(key);
  if (held !== undefined) return held;
  const text = Buffer.from(publicKeyRaw(key)).toString("hex");
  keyTexts.set(key, text);
  return text;
}

const keyTexts = new WeakMap<TrustedKey["publicKey"], string>();

/** Signs the exact bytes with every key and returns the envelope as JSON bytes. */
export function signEnvelope(body: Uint8Array, payloadType: string, keys: readonly SigningKey[]): Uint8Array {
  const signed = pae(payloadType, body);
  const envelope: Envelope = {
    payloadType,
    payload: Buffer.from(body).toString("base64"),
    signatures: keys.map(({ keyId, privateKey }) => ({
      keyid: keyId,
      sig: sign(null, signed, privateKey).toString("base64"),
    })),
  };
  return new TextEncoder().encode(JSON.stringify(envelope));
}

/** DSSE's pre-authentication encoding, what is really signed: `DSSEv1 len(type) type len(body) body`. */
export function pae(payloadType: string, body: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}

interface ParsedEnvelope {
  readonly payloadType: string;
  readonly body: Uint8Array;
  readonly signatures: readonly { readonly keyId: string; readonly signature: Uint8Array }[];
}

function parseEnvelope(bytes: Uint8Array): Result<ParsedEnvelope, EnvelopeError> {
  const malformed = (field: string) => fail<EnvelopeError>({ code: "envelope.malformed", field });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return malformed("json");
  }
  if (!isRecord(json)) return malformed("json");
  const { payloadType, payload, signatures } = json;
  if (typeof payloadType !== "string" || payloadType === "") return malformed("payloadType");
  const body = fromBase64(payload);
  if (body === undefined) return malformed("payload");
  if (!Array.isArray(signatures)) return malformed("signatures");
  const parsedSignatures: { keyId: string; signature: Uint8Array }[] = [];
  for (const entry of signatures) {
    const signature = isRecord(entry) ? fromBase64(entry["sig"]) : undefined;
    const keyId = isRecord(entry) ? entry["keyid"] : undefined;
    if (signature?.length !== 64 || typeof keyId !== "string") return malformed("signatures");
    parsedSignatures.push({ keyId, signature });
  }
  return ok({ payloadType, body, signatures: parsedSignatures });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Strict: Node forgives line breaks, missing padding and stray characters, and a signed thing has one spelling. */
function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}
