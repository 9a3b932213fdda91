import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Rng } from "../rng/index.ts";
import { envelopeBytesMax, pae, type SigningKey, signEnvelope, type TrustedKey, verifyEnvelope } from "./dsse.ts";
import {
  privateKeyFromPem,
  privateKeyFromSeed,
  publicKeyFromPem,
  publicKeyFromRaw,
  publicKeyOf,
  publicKeyPem,
  publicKeyRaw,
} from "./keys.ts";

const body = new TextEncoder().encode('{"powerW":5000000}');
const type = "application/vnd.example+json";
const keyPair = (keyId: string, seedByte: number): { signing: SigningKey; trusted: TrustedKey } => {
  const privateKey = privateKeyFromSeed(new Uint8Array(32).fill(seedByte));
  return { signing: { keyId, privateKey }, trusted: { keyId, publicKey: publicKeyOf(privateKey) } };
};
const ada = keyPair("ada", 1);
const bob = keyPair("bob", 2);
const eve = keyPair("eve", 3);
const trusted = [ada.trusted, bob.trusted];

const vectorFile = new URL("../../../shared/reference/security/dsse_vector.json", import.meta.url);
test.skipIf(!existsSync(vectorFile))(
  "the published two-signature vector is reproduced byte for byte (skipped where the shared reference data is absent)",
  () => {
    const vector = JSON.parse(readFileSync(vectorFile, "utf8"));
    const payload = Buffer.from(vector.payload, "base64");
    expect(Buffer.from(pae(vector.payloadType, payload)).toString("hex")).toBe(vector.pae_hex);
    const keys = [1, 2].map((n) => ({
      keyId: `test${n}`,
      privateKey: privateKeyFromSeed(new Uint8Array(32).fill(n)),
    }));
    expect(keys.map((key) => Buffer.from(publicKeyRaw(key.privateKey)).toString("hex"))).toEqual(
      vector.signatures.map((s: { public_raw_hex: string }) => s.public_raw_hex),
    );
    const envelope = JSON.parse(new TextDecoder().decode(signEnvelope(payload, vector.payloadType, keys)));
    expect(envelope.signatures.map((s: { sig: string }) => s.sig)).toEqual(
      vector.signatures.map((s: { sig_base64: string }) => s.sig_base64),
    );
  },
);

test("RFC 8032 test 1: the seed gives the published public key", () => {
  const key = privateKeyFromSeed(
    Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"),
  );
  expect(Buffer.from(publicKeyRaw(key)).toString("hex")).toBe(
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
});

test("what two people signed opens for two and hands back their exact bytes", () => {
  const opened = verifyEnvelope(signEnvelope(body, type, [ada.signing, bob.signing]), trusted, 2);
  expect(opened).toEqual({ ok: true, value: { payloadType: type, body, signedBy: ["ada", "bob"] } });
});

test.each<[string, SigningKey[], TrustedKey[], number]>([
  ["a stranger's signature does not count", [eve.signing], trusted, 1],
  ["one person is not two", [ada.signing], trusted, 2],
  ["one person signing twice is not two", [ada.signing, ada.signing], trusted, 2],
  [
    "one key under two names is not two",
    [ada.signing, { ...ada.signing, keyId: "ada-2" }],
    [ada.trusted, { ...ada.trusted, keyId: "ada-2" }],
    2,
  ],
  ["a signature under another's name does not count", [{ ...eve.signing, keyId: "ada" }], trusted, 1],
  ["nobody signed", [], trusted, 1],
])("%s", (_, keys, trustedKeys, required) => {
  const opened = verifyEnvelope(signEnvelope(body, type, keys), trustedKeys, required);
  expect(opened).toMatchObject({ ok: false, error: { code: "envelope.too-few-signatures" } });
});

test("a key id that is being rotated may name two keys, and still counts once", () => {
  const rotated = [{ keyId: "ada", publicKey: bob.trusted.publicKey }, ada.trusted];
  expect(verifyEnvelope(signEnvelope(body, type, [ada.signing]), rotated, 1)).toMatchObject({ ok: true });
  const both = signEnvelope(body, type, [ada.signing, { ...bob.signing, keyId: "ada" }]);
  expect(verifyEnvelope(both, rotated, 2)).toMatchObject({ ok: false, error: { valid: 1 } });
});

const envelopeWith = (change: object): Uint8Array => {
  const envelope = JSON.parse(new TextDecoder().decode(signEnvelope(body, type, [ada.signing])));
  return new TextEncoder().encode(JSON.stringify({ ...envelope, ...change }));
};
const encoded = Buffer.from(body).toString("base64");

test.each<[string, Uint8Array, string]>([
  ["a body changed after signing", envelopeWith({ payload: btoa("{}") }), "envelope.too-few-signatures"],
  ["a type changed after signing", envelopeWith({ payloadType: "text/plain" }), "envelope.too-few-signatures"],
  [
    "base64 with a line break",
    envelopeWith({ payload: `${encoded.slice(0, 4)}\n${encoded.slice(4)}` }),
    "envelope.malformed",
  ],
  ["base64 with a stray bit at its end", envelopeWith({ payload: "eh==" }), "envelope.malformed"],
  ["base64 in the URL alphabet", envelopeWith({ payload: "_-8=" }), "envelope.malformed"],
  [
    "a signature of the wrong length",
    envelopeWith({ signatures: [{ keyid: "ada", sig: "AAAA" }] }),
    "envelope.malformed",
  ],
  ["signatures that are no list", envelopeWith({ signatures: {} }), "envelope.malformed"],
  ["an empty type", envelopeWith({ payloadType: "" }), "envelope.malformed"],
  ["not JSON", new TextEncoder().encode("lease please"), "envelope.malformed"],
  ["JSON that is no object", new TextEncoder().encode("[]"), "envelope.malformed"],
  ["bytes that are no UTF-8", Uint8Array.of(0xff, 0xfe), "envelope.malformed"],
  ["a flood of signatures", signEnvelope(body, type, Array(9).fill(ada.signing)), "envelope.too-many-signatures"],
  ["more than 16 KiB", signEnvelope(new Uint8Array(envelopeBytesMax), type, [ada.signing]), "envelope.too-large"],
])("%s is refused", (_, bytes, code) => {
  expect(verifyEnvelope(bytes, trusted, 1)).toMatchObject({ ok: false, error: { code } });
});

test("no single changed byte leaves a valid envelope with other content", () => {
  const signed = signEnvelope(body, type, [ada.signing]);
  const rng = new Rng("dsse-mutations");
  for (let i = 0; i < 500; i++) {
    const mutated = Uint8Array.from(signed);
    const at = rng.integer(0, mutated.length);
    mutated[at] = rng.uint32() & 0xff;
    const opened = verifyEnvelope(mutated, trusted, 1);
    if (opened.ok) expect([opened.value.body, opened.value.payloadType]).toEqual([body, type]);
  }
});

test("keys survive PEM and raw bytes, and only Ed25519 is a key here", () => {
  const pem = publicKeyPem(ada.signing.privateKey);
  const read = publicKeyFromPem(pem);
  expect(read.ok && publicKeyPem(read.value)).toBe(pem);
  expect(publicKeyPem(publicKeyFromRaw(publicKeyRaw(ada.signing.privateKey)))).toBe(pem);
  const privatePem = ada.signing.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  expect(privateKeyFromPem(privatePem)).toMatchObject({ ok: true });
  expect(publicKeyFromPem("not a key")).toMatchObject({ ok: false, error: { code: "key.malformed" } });
  const x25519 =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n-----END PUBLIC KEY-----\n";
  expect(publicKeyFromPem(x25519)).toMatchObject({ ok: false, error: { code: "key.not-ed25519" } });
});
