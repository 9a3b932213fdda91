import { createHash } from "node:crypto";

/** A certificate's SHA-1: what OPC UA calls its thumbprint, and what its file is named by. Lower-case hex. */
export const fingerprintOf = (certificate: Uint8Array): string => createHash("sha1").update(certificate).digest("hex");
