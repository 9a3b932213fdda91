import { randomBytes } from "node:crypto";
import type { CodedError } from "@penstock/protocol/result";
import type { UnixUser } from "../agent/requests/caller.ts";
import { refusal } from "../agent/requests/request.ts";
import { checkProof, openProofFolder } from "./check-proof.ts";

type Ask = (request: unknown, answer: (response: unknown) => void, user?: UnixUser) => void;

/**
 * One connection's side of the proof. A request that is refused because its user is not proven gets a challenge with the
 * refusal; `{op: "proven", challenge, request}` with the same request as text is then asked in that user's name. A
 * challenge counts once, and on its own connection.
 */
export class ProofDoor {
  readonly #path: string;
  readonly #ask: Ask;
  #challenge: string | undefined;

  constructor(path: string, ask: Ask) {
    this.#path = path;
    this.#ask = ask;
  }

  handle(request: unknown, answer: (response: unknown) => void): void {
    if (isProven(request)) this.#askProven(request, answer);
    else this.#ask(request, (response) => answer(this.#withChallenge(response)));
  }

  #withChallenge(response: unknown): unknown {
    const { error } = response as { readonly error?: CodedError };
    if (error?.code !== "second-person.unproven") return response;
    const folder = openProofFolder(this.#path);
    if (!folder.ok) return refusal(folder.error);
    this.#challenge = randomBytes(32).toString("hex");
    return refusal({ ...error, challenge: this.#challenge });
  }

  #askProven({ challenge, request }: Proven, answer: (response: unknown) => void): void {
    const isOurs = challenge === this.#challenge;
    this.#challenge = undefined;
    if (!isOurs) {
      answer(refusal({ code: "second-person.proof-refused", why: "the challenge is none of this connection's" }));
      return;
    }
    const user = checkProof(this.#path, challenge, request);
    if (user.ok) this.#ask(parse(request), answer, user.value);
    else answer(refusal(user.error));
  }
}

interface Proven {
  readonly challenge: string;
  readonly request: string;
}

function isProven(request: unknown): request is Proven {
  const { op, challenge, request: text } = (request ?? {}) as Record<string, unknown>;
  return op === "proven" && typeof challenge === "string" && typeof text === "string";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
