import type { CodedError } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock, Timer } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { OperatorWish } from "../dispatch/fleet-target.ts";
import { operatorWish, paths } from "./operator-messages.ts";

export interface SignalLineOptions {
  /** `http://host:port`, no path. */
  readonly url: string;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly onWish: (wish: OperatorWish) => void;
  /** The line broke, or said something that is no wish. */
  readonly onTrouble: (error: CodedError) => void;
}

export interface SignalLine {
  close(): void;
}

/** Longer than any wish; a line that never ends is not read to its end. */
const LINE_CHARS_MAX = 4_096;
/** A line that says nothing for so long is taken to be dead; the operator sends an empty one every few seconds. */
const SILENCE_MS_MAX = Ms(15_000);
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 10_000;

/**
 * An operator's signals and instructions as they are said: one HTTP answer that goes on, a JSON object a line. It is
 * asked for again with full jitter whenever it ends; what was said meanwhile is not caught up on, since a signal is
 * only worth something now.
 */
export function signalLine({ url, clock, rng, onWish, onTrouble }: SignalLineOptions): SignalLine {
  let attempts = 0;
  let isClosed = false;
  let abort = new AbortController();
  let timer: Timer | undefined;
  void open();
  return {
    close() {
      isClosed = true;
      timer?.cancel();
      abort.abort();
    },
  };

  async function open(): Promise<void> {
    abort = new AbortController();
    let silence: Timer | undefined;
    const heard = () => {
      silence?.cancel();
      silence = clock.after(SILENCE_MS_MAX, () => abort.abort());
    };
    try {
      heard();
      const response = await fetch(new URL(paths.signals, url), { signal: abort.signal, redirect: "error" });
      if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
      attempts = 0;
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of response.body) {
        heard();
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) take(line);
        if (rest.length > LINE_CHARS_MAX) throw new Error(`a line of more than ${LINE_CHARS_MAX} characters`);
      }
      throw new Error("the operator ended the line");
    } catch (error) {
      if (!isClosed)
        onTrouble({ code: "signals.broken", reason: error instanceof Error ? error.message : String(error) });
    }
    silence?.cancel();
    if (isClosed) return;
    attempts += 1;
    const waitMs = rng.between(0, Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** attempts));
    timer = clock.after(Ms(waitMs), () => void open());
  }

  function take(line: string): void {
    if (line.trim() === "") return;
    let said: unknown;
    try {
      said = JSON.parse(line);
    } catch {
      onTrouble({ code: "signals.malformed", text: line.slice(0, 100) });
      return;
    }
    const wish = operatorWish.safeParse(said);
    if (wish.success) onWish(wish.data);
    else onTrouble({ code: "signals.malformed", text: line.slice(0, 100), reason: wish.error.issues[0]?.message });
  }
}
