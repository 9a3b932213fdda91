import { createHash, timingSafeEqual } from "node:crypto";
import type { Person } from "../desk/person.ts";

export interface KnownPerson extends Person {
  readonly token: string;
}

/** Shorter ones can be tried out. */
export const TOKEN_LENGTH_MIN = 32;

/**
 * Who is behind a token. Without people nobody is; a wrong token is compared with every one that there is, each in the
 * same time, so that an answer's delay tells nothing.
 */
export class People {
  readonly #known: readonly { readonly person: Person; readonly hash: Buffer }[];

  constructor(people: readonly KnownPerson[]) {
    this.#known = people.map(({ name, role, token }) => ({ person: { name, role }, hash: hashOf(token) }));
  }

  get count(): number {
    return this.#known.length;
  }

  /** Of an `Authorization` header: `Bearer TOKEN`. */
  who(authorization: string | undefined): Person | undefined {
    const [, token = ""] = /^Bearer ([!-~]{1,512})$/.exec(authorization ?? "") ?? [];
    const hash = hashOf(token);
    let found: Person | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) found = known.person;
    return token.length < TOKEN_LENGTH_MIN ? undefined : found;
  }
}

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
