import { deserialize, serialize } from "node:v8";
import type { CloudStore } from "../store/index.ts";
import type { KeptModel, KeptTrader, LessonOf, ValueKeeper } from "../strategies/learned/kept-value.ts";
import type { ValueModel } from "../strategies/learned/value-model.ts";

/** As it stands in the store: what was learned is a structured clone in base64, the same that crosses threads. */
interface KeptFact {
  readonly codeVersion: string;
  readonly learnedFrom: number;
  readonly lesson: LessonOf;
  readonly model: string;
}

/**
 * Keeps learned traders in the cloud's store, by site. `codeVersion` is that of the code that learns and asks: what another
 * version learned is not asked, since the same numbers might mean something else.
 */
export function storeValueKeeper(store: Pick<CloudStore, "fact" | "putFact">, codeVersion: string): ValueKeeper {
  return {
    load(siteId) {
      const fact = store.fact(modelKey(siteId)) as KeptFact | undefined;
      if (fact === undefined) return undefined;
      if (fact.codeVersion !== codeVersion) return "what was kept was learned by other code";
      const model = read(fact.model);
      if (model === undefined) return "what was kept cannot be read";
      const learned: KeptModel = { model, learnedFrom: fact.learnedFrom, lesson: fact.lesson };
      return { learned, trader: store.fact(traderKey(siteId)) as KeptTrader | undefined };
    },
    keepModel(siteId, { model, learnedFrom, lesson }) {
      const text = serialize(model).toString("base64");
      store.putFact(modelKey(siteId), { codeVersion, learnedFrom, lesson, model: text } satisfies KeptFact);
    },
    keepTrader(siteId, trader) {
      store.putFact(traderKey(siteId), trader);
    },
  };
}

const modelKey = (siteId: string): string => `learned-value.model.${siteId}`;
const traderKey = (siteId: string): string => `learned-value.trader.${siteId}`;

function read(text: string): ValueModel | undefined {
  try {
    return deserialize(Buffer.from(text, "base64")) as ValueModel;
  } catch {
    return undefined;
  }
}
