import { readFileSync, writeFileSync } from "node:fs";
import { describeError } from "@penstock/protocol/result";
import { loadState } from "../../commissioning/commissioning-state.ts";
import {
  fingerprintOf,
  makeReport,
  reportKey,
  reportText,
  signReport,
  verifyReport,
} from "../../commissioning/report.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { siteOf } from "../site-of.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "[--file FILE] [--verify REPORT]",
  help: "Writes FILE.report.json, signed with the site's own Ed25519 key (made at the first\nreport, FILE.key), and FILE.report.txt for people. Write the key's fingerprint on\nthe paper: who compares it knows that nobody improved a figure afterwards.",
  examples: [
    ["sitectl commission report"],
    ["sitectl commission report --verify park.commissioning.json.report.json", "anywhere, without a site"],
  ],
  options: {
    file: { value: "FILE", text: "where findings are kept (default SITE.commissioning.json)" },
    verify: { value: "REPORT", text: "check a signed report instead" },
  },
  run: async (context) => {
    const toVerify = context.options.text("verify");
    if (toVerify !== undefined) return verify(context, toVerify);
    const site = await siteOf(context);
    if (!site.ok) return site.exitCode;
    const file = context.options.text("file") ?? `${site.name}.commissioning.json`;
    const state = loadState(file, site.name, Date.now());
    const key = reportKey(`${file}.key`);
    if (!state.ok || !key.ok) {
      const error = state.ok ? (key.ok ? undefined : key.error) : state.error;
      if (error !== undefined) context.say(describeError(error));
      return exitCodes.failure;
    }
    const report = makeReport(state.value, context.options.by, Date.now());
    const signed = signReport(report, key.value);
    const fingerprint = fingerprintOf(signed.publicKeyPem);
    writeFileSync(`${file}.report.json`, `${JSON.stringify(signed)}\n`);
    writeFileSync(`${file}.report.txt`, reportText(report, fingerprint));
    if (context.options.json) context.printJson({ ...report, fingerprint, file: `${file}.report.json` });
    else context.print([...onScreen(reportText(report, fingerprint)), `written: ${file}.report.json and .txt`]);
    return report.passed ? exitCodes.ok : exitCodes.failure;
  },
};

function verify(context: CommandContext, path: string): number {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    return context.usage(cause instanceof Error ? cause.message : String(cause));
  }
  const verified = verifyReport(text);
  if (!verified.ok) {
    context.say(`${path}: ${describeError(verified.error)}; sitectl explain ${verified.error.code}`);
    return exitCodes.failure;
  }
  const { report, fingerprint } = verified.value;
  if (context.options.json) context.printJson({ ...report, fingerprint });
  else
    context.print([
      `${path}: as it was signed by key ${fingerprint}`,
      "",
      ...onScreen(reportText(report, fingerprint)),
    ]);
  return exitCodes.ok;
}

/** The paper is wider than a terminal: what does not fit goes on under its own beginning. */
const onScreen = (text: string): string[] =>
  text.split("\n").flatMap((line) => wrap(line, 80, " ".repeat(line.startsWith(" ") ? 10 : 8)));
