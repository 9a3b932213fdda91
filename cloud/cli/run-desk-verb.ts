import { parseArgs } from "node:util";
import { askFleet } from "./ask-fleet.ts";
import { type DeskAnswer, type DeskVerb, printDone, verbOf } from "./desk-verbs.ts";
import { exitCodes } from "./exit-codes.ts";
import { findToken } from "./find-token.ts";
import { type Paint, paint } from "./words.ts";

export interface DeskSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the aggregator answers, or why that is not known. */
  readonly address: (
    named: string | undefined,
  ) =>
    | { readonly ok: true; readonly url: string }
    | { readonly ok: false; readonly sentence: string; readonly isUsage: boolean };
  readonly isColour: boolean;
}

/** Runs what begins with a word of the desk; the answer is an exit code. */
export async function runDeskVerb(argv: readonly string[], around: DeskSurroundings): Promise<number> {
  const parsed = readArguments(argv);
  if (typeof parsed === "string") return complain(exitCodes.usage, parsed);
  const { values } = parsed;
  // Who is used to say it may say it: `approvals ls` is `approvals`.
  const positionals = parsed.positionals.filter((word, index) => !(index === 1 && word === "ls"));
  const verb = verbOf(positionals);
  if (verb === undefined) return complain(exitCodes.usage, `no command "${positionals.join(" ")}"`);
  if (values.help) {
    process.stdout.write(`${helpFor(verb)}\n`);
    return exitCodes.ok;
  }
  const words = positionals.slice(verb.words.length);
  if (words.length !== verb.takes.length) {
    const wanted = verb.takes.length === 0 ? "no further words" : verb.takes.join(" and ");
    const name = verb.words.join(" ");
    return complain(exitCodes.usage, `${name} wants ${wanted}, not "${words.join(" ")}": ${verb.example}`);
  }
  const found = around.address(values.url);
  if (!found.ok) return complain(found.isUsage ? exitCodes.usage : exitCodes.unreachable, found.sentence);
  const colours = paint(around.isColour);
  if (verb.kind === "look") return show(verb, words, found.url, values.json, colours);

  const name = verb.words.join(" ");
  const { why } = values;
  if (verb.isWhyNeeded && (why === undefined || why.trim() === "")) {
    return complain(exitCodes.usage, `${name} wants a reason: ${verb.example}`);
  }
  const fields = verb.fields(words, { product: values.product, hash: values.hash });
  if (typeof fields === "string") return complain(exitCodes.usage, fields);
  const token = findToken(values["token-file"], around.environment);
  if (!token.ok) return complain(exitCodes.usage, token.sentence);
  const said = why === undefined ? fields : { ...fields, why };
  const answer = await askFleet(found.url, `desk/${verb.act}`, { fields: said, token: token.token });
  if (!answer.ok) {
    if (values.json && answer.code !== undefined) {
      process.stdout.write(`${JSON.stringify({ version: 1, code: answer.code, text: answer.sentence })}\n`);
    }
    const hint = hints[answer.code ?? ""];
    const sentence = hint === undefined ? answer.sentence : `${answer.sentence}; ${hint}`;
    return complain(answer.isReachable ? exitCodes.failure : exitCodes.unreachable, sentence);
  }
  const lines = values.json ? [JSON.stringify(answer.body)] : printDone(verb, answer.body);
  process.stdout.write(`${lines.join("\n")}\n`);
  return isSent(answer.body) ? exitCodes.ok : exitCodes.failure;
}

/** A bid that was signed and then not sent is not what was asked for. */
const isSent = (body: object): boolean =>
  !("state" in body && "refusals" in body && body.state === "refused") || isRejection(body);

const isRejection = (body: object): boolean =>
  "refusals" in body && Array.isArray(body.refusals) && body.refusals.some((each) => each?.rule === "desk.rejected");

async function show(
  verb: Extract<DeskVerb, { kind: "look" }>,
  words: readonly string[],
  url: string,
  isJson: boolean,
  colours: Paint,
): Promise<number> {
  const answer = await askFleet(url, "desk");
  if (!answer.ok) return complain(answer.isReachable ? exitCodes.failure : exitCodes.unreachable, answer.sentence);
  const desk = answer.body as DeskAnswer;
  const picked = verb.pick(desk, words);
  if (typeof picked === "string") return complain(exitCodes.failure, picked);
  const lines = isJson ? [JSON.stringify(picked)] : verb.print(desk, words, colours);
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}

/** What to do next about a refusal. */
const hints: Readonly<Record<string, string>> = {
  "http.unknown-person": "the token is nobody's; check --token-file",
  "http.no-people": "list who may act under people in the aggregator's configuration",
  "desk.not-permitted": "ask somebody with that role",
  "desk.second-person": "it takes somebody else now",
  "desk.unknown-bid": "fleetctl approvals lists what waits",
  "desk.not-waiting": "fleetctl why-bid tells what became of it",
  "desk.gate-closed": "it is too late for that interval",
  "desk.gate-shut": "fleetctl gates set opens it",
  "desk.killed": "the algorithm is stopped; your own bid still goes: fleetctl bid submit",
};

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        url: { type: "string" },
        json: { type: "boolean", default: false },
        why: { type: "string" },
        product: { type: "string" },
        hash: { type: "string" },
        "token-file": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function helpFor(verb: DeskVerb): string {
  const { words, takes, text, example } = verb;
  const why = verb.kind === "look" ? "" : verb.isWhyNeeded ? " --why TEXT" : " [--why TEXT]";
  const more = [
    ...(verb.kind === "act" ? ["  --token-file FILE  who you are; else PENSTOCK_TOKEN_FILE"] : []),
    ...(verb.kind === "act" && verb.act === "gate" ? ["  --product NAME     default energy"] : []),
    ...(verb.kind === "act" && verb.act === "attest"
      ? ["  --hash HASH        the settings you looked at; refused when the site has moved on since"]
      : []),
  ];
  return [
    `fleetctl ${[...words, ...takes].join(" ")}${why} [--json] [--url http://HOST:PORT]`,
    "",
    `  ${text}`,
    "",
    ...(more.length > 0 ? [...more, ""] : []),
    `  ${example}`,
  ].join("\n");
}

function complain(code: number, sentence: string): number {
  const hint = code === exitCodes.usage ? "; fleetctl --help lists what there is" : "";
  process.stderr.write(`fleetctl: ${sentence}${hint}\n`);
  return code;
}
