import { describeError } from "@penstock/protocol/result";
import { type CommissioningState, loadState, resultOf, saveState } from "../../commissioning/commissioning-state.ts";
import { Interrupted, interruptible } from "../../commissioning/interruptible.ts";
import type { CommissioningStep, SiteAccess } from "../../commissioning/site-access.ts";
import { commissioningSteps } from "../../commissioning/steps/index.ts";
import { type Command, type CommandContext, confirmOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { siteOf } from "../site-of.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "[STEP] [--again] [--file FILE] [--confirm SITE]",
  help: `Step by step, and goes on where it stopped:
${commissioningSteps.map(({ name, title }) => `  ${name.padEnd(17)}${title.split(":").at(-1)?.trim()}`).join("\n")}

Steps that passed are not run again without --again. Steps that move the batteries
ask for the site's name, stay inside every limit, and put the mode back,
also after Ctrl-C. Findings
stand in FILE (default SITE.commissioning.json); then: sitectl commission report.`,
  examples: [
    ["sitectl commission"],
    ["sitectl commission step-test --again", "one step, once more"],
    ["sitectl commission --confirm park", "all of it, from a script"],
  ],
  options: {
    again: { text: "also what has passed" },
    file: { value: "FILE", text: "where findings are kept" },
    ...confirmOption,
  },
  run: async (context) => {
    const [only] = context.words;
    const steps = commissioningSteps.filter(({ name }) => only === undefined || name === only);
    if (steps.length === 0)
      return context.usage(`no step "${only}"; ${commissioningSteps.map(({ name }) => name).join(", ")}`);
    const site = await siteOf(context);
    if (!site.ok) return site.exitCode;
    const file = context.options.text("file") ?? `${site.name}.commissioning.json`;
    const loaded = loadState(file, site.name, Date.now());
    if (!loaded.ok) {
      context.say(`${describeError(loaded.error)}; another --file, or sitectl explain ${loaded.error.code}`);
      return exitCodes.failure;
    }
    return runSteps(context, steps, loaded.value, file);
  },
};

async function runSteps(
  context: CommandContext,
  steps: readonly CommissioningStep[],
  begun: CommissioningState,
  file: string,
): Promise<number> {
  let state = begun;
  for (const step of steps) {
    const before = resultOf(state, step.name);
    if (before?.verdict === "passed" && !context.options.flag("again")) {
      context.say(`✓ ${step.name}: passed at ${new Date(before.timeMs).toISOString()}`);
      continue;
    }
    context.say(`· ${step.name}: ${step.title}`);
    if (step.movesPower) {
      const exitCode = await confirm(context, {
        site: state.site,
        now: "the batteries do what their mode says",
        after: "a third of their power at most, for about a minute; then as before",
        effect: "the batteries move: nobody may stand at them",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    const found = await untilInterrupted(context, step);
    if (found === undefined) {
      context.say(`${step.name} was ended; the mode is as it was before. sitectl commission goes on from here`);
      return exitCodes.interrupted;
    }
    if (!found.ok) {
      context.say(
        `${step.name} could not be finished: ${describeError(found.error)}; run it again: sitectl commission`,
      );
      return exitCodes.partial;
    }
    const { wrong, right, measured } = found.value;
    const verdict = wrong.length === 0 ? ("passed" as const) : ("failed" as const);
    const result = {
      step: step.name,
      verdict,
      timeMs: Date.now(),
      by: context.options.by,
      findings: [...wrong, ...right],
      measured,
    };
    state = { ...state, results: [...state.results, result] };
    saveState(file, state);
    for (const finding of wrong) for (const line of wrap(`  ✗ ${finding}`, 80, "    ")) context.say(line);
    context.say(
      `${verdict === "passed" ? "✓" : "✗"} ${step.name}: ${verdict}, ${right.length} findings good, ${wrong.length} wrong`,
    );
    if (verdict === "failed") break; // What comes later relies on it.
  }
  const all = commissioningSteps.map(({ name }) => ({
    step: name,
    verdict: resultOf(state, name)?.verdict ?? "not run",
  }));
  const isWrong = all.some(({ verdict }) => verdict === "failed");
  const passed = all.every(({ verdict }) => verdict === "passed");
  if (context.options.json) context.printJson({ version: 1, site: state.site, passed, file, steps: all });
  else {
    context.print(
      context.look.table(
        ["step", "verdict"],
        all.map(({ step, verdict }) => [step, verdict]),
      ),
    );
    context.print([
      passed
        ? `next: sitectl commission report --file ${file}`
        : `next: ${isWrong ? "put it right, then " : ""}sitectl commission`,
    ]);
  }
  const isDone = steps.every(({ name }) => resultOf(state, name)?.verdict === "passed");
  return isDone ? exitCodes.ok : exitCodes.failure;
}

/** Ctrl-C, a closed terminal or a kill end the step at once, and it puts back what it has changed. Undefined: it was ended. */
async function untilInterrupted(
  context: CommandContext,
  step: CommissioningStep,
): Promise<Awaited<ReturnType<CommissioningStep["run"]>> | undefined> {
  const { site, interrupt } = interruptible(accessFor(context));
  const onSignal = () => {
    context.say(`    ending ${step.name} and putting the mode back`);
    interrupt();
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await step.run(site);
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The agent's refusals become errors of the step; what went wrong has been said by then. */
function accessFor(context: CommandContext): SiteAccess {
  return {
    by: context.options.by,
    ask: async (request) => {
      const asked = await context.ask(request);
      return asked.ok
        ? { ok: true, value: asked.report }
        : { ok: false, error: { code: "site.refused", op: request.op } };
    },
    waitMs: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
    nowMs: () => Date.now(),
    say: (line) => context.say(`    ${line}`),
  };
}
