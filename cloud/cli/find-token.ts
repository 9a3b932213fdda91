import { readFileSync, statSync } from "node:fs";

export type FoundToken =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly sentence: string };

/** Who asks: the token in the file that was named, or that `PENSTOCK_TOKEN_FILE` names. A file others can read is none. */
export function findToken(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): FoundToken {
  const file = named ?? environment["PENSTOCK_TOKEN_FILE"];
  if (file === undefined || file === "") {
    const sentence =
      "this changes something, so say who you are: --token-file FILE or PENSTOCK_TOKEN_FILE (the file is under people in the aggregator's configuration)";
    return { ok: false, sentence };
  }
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      return { ok: false, sentence: `${file} can be read by others; chmod 600 ${file}` };
    }
    const token = readFileSync(file, "utf8").trim();
    return token === "" ? { ok: false, sentence: `${file} is empty` } : { ok: true, token };
  } catch (cause) {
    return { ok: false, sentence: `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}
