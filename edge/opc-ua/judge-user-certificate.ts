import { X509Certificate } from "node:crypto";
import { fail, ok, type Result } from "@penstock/protocol/result";

/** A user and the certificate that stands for it. */
export interface CertifiedUser {
  readonly name: string;
  readonly certificate: Uint8Array;
}

/**
 * Whose certificate this is, pure: it must be the very one a user has, valid now, RSA of at least 2048 bits, and bear the
 * user's name, because the library knows its holder by the common name from there on. Errors, each
 * `northbound.user-certificate` with its cause in words.
 */
export function judgeUserCertificate(
  der: Uint8Array,
  users: readonly CertifiedUser[],
  nowMs: number,
): Result<string, { code: string; cause: string; name: string }> {
  const refuse = (cause: string, name = "a user") => fail({ code: "northbound.user-certificate", cause, name });
  const shown = parse(der);
  if (shown === undefined) return refuse("user certificate cannot be read");
  const user = users.find(({ certificate }) => parse(certificate)?.raw.equals(shown.raw));
  if (user === undefined) return refuse("user certificate nobody has");
  const { CN: commonName } = shown.toLegacyObject().subject;
  if (commonName !== user.name) return refuse("user certificate in another name", user.name);
  if (nowMs < Date.parse(shown.validFrom)) return refuse("user certificate not valid yet", user.name);
  if (nowMs > Date.parse(shown.validTo)) return refuse("user certificate expired", user.name);
  const { asymmetricKeyType, asymmetricKeyDetails } = shown.publicKey;
  if (asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) < KEY_BITS_MIN)
    return refuse("user certificate with a weak key", user.name);
  return ok(user.name);
}

/** OPC 10000-7, Basic256Sha256: MinAsymmetricKeyLength. */
const KEY_BITS_MIN = 2_048;

/** PEM or DER. */
function parse(certificate: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate);
  } catch {
    return undefined;
  }
}
