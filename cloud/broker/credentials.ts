import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { BrokerIdentity } from "./access.ts";

export interface Credential {
  readonly username: string;
  readonly password: string;
  readonly identity: BrokerIdentity;
}

/** Who may log in. Passwords are kept as digests and compared in constant time; an unknown name costs the same as a wrong password. */
export class Credentials {
  readonly #byName = new Map<string, { readonly digest: Buffer; readonly identity: BrokerIdentity }>();

  constructor(credentials: readonly Credential[]) {
    for (const credential of credentials) this.add(credential);
  }

  /** A site that is enrolled while the broker runs. The same name again replaces its password. */
  add({ username, password, identity }: Credential): void {
    this.#byName.set(username, { digest: digestOf(password), identity });
  }

  /** Undefined for anything but a known name with its password. */
  check(username: string | undefined, password: Uint8Array | undefined): BrokerIdentity | undefined {
    const held = this.#byName.get(username ?? "");
    const isEqual = timingSafeEqual(digestOf(password ?? new Uint8Array()), held?.digest ?? nobodysDigest);
    return isEqual ? held?.identity : undefined;
  }
}

/** A password nobody can guess: 192 random bits, safe in a URL and on a command line. */
export const newPassword = (): string => randomBytes(24).toString("base64url");

const digestOf = (secret: string | Uint8Array): Buffer => createHash("sha256").update(secret).digest();

const nobodysDigest = digestOf(randomBytes(32));
