import { fail, ok } from "@penstock/protocol/result";
import type { CoreState } from "../control/core-state.ts";
import type { SiteImage } from "../control/image.ts";
import type { SiteControlConfig } from "../control/site-control-config.ts";
import type { Explanation, StepInput, UnitCommand } from "../control/step-types.ts";
import { whyNot } from "../control/why-not.ts";
import { whyUnit } from "../control/why-unit.ts";
import type { ControlCore } from "./control-core.ts";
import type { LoopAnswer, LoopQuestion } from "./loop-question.ts";
import { NOT_DECIDED } from "./not-decided.ts";

export type CoreQuestion = Extract<LoopQuestion, { readonly about: "why-not" | "why-unit" }>;

/** One cycle's thought, and what it went on from. */
export interface Thought {
  readonly before: CoreState;
  readonly commands: readonly UnitCommand[];
}

/** What the core is told from cycle to cycle: its own last state, unless for a while nobody knew what the units do. */
export class Thinker {
  readonly #core: ControlCore;
  readonly #config: SiteControlConfig;
  readonly #onResume: () => void;
  #state: CoreState | undefined;
  #mustResume = false;
  /** For who asks about it. */
  #last: { readonly before: CoreState; readonly input: StepInput } | undefined;
  #explanation: Explanation | undefined;
  #explanationBefore: Explanation | undefined;

  /** `onResume`: from here on the states do not follow from each other. */
  constructor(core: ControlCore, config: SiteControlConfig, onResume: () => void) {
    this.#core = core;
    this.#config = config;
    this.#onResume = onResume;
  }

  /** Undefined before the first thought. */
  get state(): CoreState | undefined {
    return this.#state;
  }

  get explanation(): Explanation {
    return this.#explanation ?? NOT_DECIDED;
  }

  /** Of the thought before the last. */
  get explanationBefore(): Explanation | undefined {
    return this.#explanationBefore;
  }

  /** For a while nobody knows what the units were told: the next thought goes on from what they are measured to do. */
  loseThread(): void {
    this.#mustResume = true;
  }

  think(input: StepInput): Thought {
    const before = this.#stateToGoOnFrom(input.image);
    this.#last = { before, input };
    const { state, commands, explanation } = this.#core.step(before, input, this.#config);
    this.#state = state;
    this.#explanationBefore = this.#explanation;
    this.#explanation = explanation;
    return { before, commands };
  }

  /** About the last thought. Errors: `loop.not-decided`, and those of the question. */
  answer(question: CoreQuestion): LoopAnswer["result"] {
    if (this.#last === undefined) return fail({ code: "loop.not-decided" });
    const { before, input } = this.#last;
    return ok(
      question.about === "why-not"
        ? whyNot(before, input, this.#config, question.powerW)
        : whyUnit(before, input, this.#config, question.unit),
    );
  }

  #stateToGoOnFrom(image: SiteImage): CoreState {
    const state = this.#state;
    const mustResume = this.#mustResume;
    this.#mustResume = false;
    if (state === undefined) return this.#core.begin(image);
    if (!mustResume) return state;
    this.#onResume();
    const { targetW, unitPowerW } = this.#core.begin(image);
    return { ...state, monotonicMs: image.monotonicMs, targetW, unitPowerW };
  }
}
