/** Does something at the desk in a person's name; what it says is for the person to read. */
export async function deskAct(token: string, act: string, fields: object): Promise<string> {
  try {
    const answer = await fetch(`/api/v1/desk/${act}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify(fields),
    });
    return answerWords((await answer.json()) as Readonly<Record<string, unknown>>, answer.ok);
  } catch {
    return "The server does not answer; what became of it is not known.";
  }
}

/** `desk.second-person (signedBy: trader-1)`; for a bid what became of it, with the rules that kept it in. */
export function answerWords(body: Readonly<Record<string, unknown>>, isOk: boolean): string {
  const { code, version: _, ...facts } = body;
  if (!isOk) {
    const said = Object.entries(facts).map(([name, value]) => `${name}: ${[value].flat().join(", ")}`);
    return `Refused: ${String(code)}${said.length > 0 ? ` (${said.join("; ")})` : ""}`;
  }
  if (typeof body["bidId"] !== "string") return "Done.";
  const refusals = (body["refusals"] ?? []) as readonly { readonly rule: string }[];
  const rules = refusals.map(({ rule }) => rule).join(", ");
  const { signaturesNeeded = 0 } = (body["review"] ?? {}) as { readonly signaturesNeeded?: number };
  const signed = (body["signatures"] ?? []) as readonly unknown[];
  const state = body["state"] === "built" ? `signed by ${signed.length} of ${signaturesNeeded}` : String(body["state"]);
  return `${body["bidId"]}: ${state}${rules === "" ? "" : ` (${rules})`}`;
}
