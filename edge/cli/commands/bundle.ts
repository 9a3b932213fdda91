import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { examine } from "../../doctor/examine.ts";
import { gatherFacts } from "../../doctor/gather-facts.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { redact } from "../redact.ts";

export const command: Command = {
  usage: "[--out FILE]",
  help: "Everything somebody far away needs to understand a site, in one gzipped JSON file:\nwhat sitectl shows, the last events, alarms and audit entries, and what the doctor\nfound. Names of people, addresses, keys and passwords are left out or replaced, the\nsame one by the same word. Look into it before you send it: zcat FILE | jq.",
  examples: [["sitectl bundle"], ["sitectl bundle --out /media/usb/park.bundle.gz"]],
  options: { out: { value: "FILE", text: "where to write it (default SITE-TIME.bundle.json.gz)" } },
  run: async (context) => {
    context.progress("asking the agent and the box …");
    const facts = await gatherFacts(context);
    const parts: Record<string, unknown> = { box: facts.box };
    let missing = 0;
    for (const [name, request] of requests) {
      const asked = await context.ask(request);
      if (asked.ok) parts[name] = asked.report;
      else {
        missing++;
        parts[name] = null;
        if (name === "status") return asked.exitCode;
      }
    }
    parts["doctor"] = examine(facts);
    const site = String((parts["status"] as Record<string, unknown>)["site"]);
    const time = new Date().toISOString().replaceAll(/[:.]/g, "-").slice(0, 19);
    const file = context.options.text("out") ?? `${site}-${time}.bundle.json.gz`;
    const archive = gzipSync(JSON.stringify(redact({ version: 1, site, madeAtMs: Date.now(), ...parts })));
    try {
      writeFileSync(file, archive, { mode: 0o600 });
    } catch (cause) {
      context.say(
        `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}; name another with --out`,
      );
      return exitCodes.failure;
    }
    if (context.options.json) context.printJson({ version: 1, site, file, bytes: archive.length, missing });
    else
      context.print([
        `${file}: ${(archive.length / 1e3).toFixed(0)} kB, redacted`,
        `look into it before you send it: zcat ${file} | jq`,
      ]);
    return missing === 0 ? exitCodes.ok : exitCodes.partial;
  },
};

const requests: readonly (readonly [string, { readonly op: string } & Readonly<Record<string, unknown>>])[] = [
  ["status", { op: "status" }],
  ["why", { op: "why" }],
  ["units", { op: "units" }],
  ["devices", { op: "devices" }],
  ["points", { op: "points" }],
  ["link", { op: "link" }],
  ["store", { op: "store" }],
  ["time", { op: "time" }],
  ["lease", { op: "lease" }],
  ["alarms", { op: "alarms" }],
  ["alarmLog", { op: "alarm-log", limit: 500 }],
  ["events", { op: "events", limit: 1_000, code: null, lastMs: null }],
  ["audit", { op: "audit", limit: 500 }],
];
