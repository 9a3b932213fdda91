import { fail, ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type LineAnswer, type OperatorLine, RetryingOperator, type SubmissionEvent } from "./retrying-operator.ts";

type Answer = Parameters<Parameters<OperatorLine["submit"]>[2]>[0];
const lost: Answer = { ok: "lost", cause: "connection reset" };
const taken: Answer = ok({ receivedAtMs: UtcMs(1), bids: 1 });

function world(answers: readonly Answer[]) {
  const clock = new SimClock(UtcMs(0));
  const keys: string[] = [];
  const events: SubmissionEvent["code"][] = [];
  const line: OperatorLine = {
    submit(_, key, done) {
      keys.push(key);
      const answer = answers[Math.min(keys.length, answers.length) - 1] as Answer;
      clock.after(seconds(0.1), () => done(answer));
    },
    results: (_, done) => done(lost as LineAnswer<never, never>),
  };
  const operator = new RetryingOperator({
    clock,
    rng: new Rng("retry"),
    line,
    giveUpAfterMs: minutes(1),
    onEvent: ({ code }) => events.push(code),
  });
  const said: unknown[] = [];
  operator.submit("a bid", (answer) => said.push(answer));
  return { clock, keys, events, said, operator };
}

test("an answer that comes is the answer", () => {
  const { clock, keys, said } = world([taken]);
  clock.advance(seconds(10));
  expect(said).toEqual([taken]);
  expect(keys).toHaveLength(1);
});

test("a lost answer is asked for again under the same key, and said once", () => {
  const { clock, keys, said, events } = world([lost, lost, taken]);
  clock.advance(seconds(30));
  expect(said).toEqual([taken]);
  expect(new Set(keys).size).toBe(1);
  expect(events).toEqual(["submission.retried", "submission.retried", "submission.answered-late"]);
});

test("a refusal is an answer and is not argued with", () => {
  const refused: Answer = fail({ code: "operator.gate-closed", violations: [] });
  const { clock, keys, said } = world([lost, refused]);
  clock.advance(minutes(2));
  expect(said).toEqual([refused]);
  expect(keys).toHaveLength(2);
});

test("when nobody ever answers the desk is told that it does not know", () => {
  const { clock, keys, said, events } = world([lost]);
  clock.advance(minutes(5));
  expect(said).toMatchObject([{ ok: false, error: { code: "operator.unreachable" } }]);
  expect(events.at(-1)).toBe("submission.given-up");
  expect(keys.length, "pauses grow: a minute is a dozen tries, not two hundred").toBeLessThan(20);
});

test("a question for results that is lost was asked too early", () => {
  const { operator } = world([taken]);
  let said: unknown;
  operator.results({ startMs: UtcMs(0), endMs: UtcMs(1) }, (answer) => {
    said = answer;
  });
  expect(said).toMatchObject({ ok: false, error: { code: "operator.not-cleared" } });
});
