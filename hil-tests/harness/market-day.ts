import { parseArgs } from "node:util";
import { type MarketDayName, marketDay, marketDays } from "./market-day-story.ts";

/** `npm run market-day`: a day of a market through its operator's HTTP door, with trouble on the line. */
const HELP = `npm run market-day -- --market nem|ercot|gb|sdac-de [--seed N] [--intervals N] [--json]

  A desk bids every interval of a day to an operator behind real HTTP that loses answers and requests, shows busy pages
  and relays twice; a trader takes over for four intervals. Ends with 0 only when the operator dispatched, in every
  interval, the very bid the desk believes to stand, and one lost answer at least was survived.

  Reserves are sold beside energy: cleared with it in nem and ercot, ahead of it in gb and sdac-de, where energy is then
  bid around what was sold and every interval must leave enough in store for it.

  --intervals   how many (default: the whole day, 288 for nem, 96 for ercot and sdac-de, 48 for gb)
`;

const WHOLE_DAY: Readonly<Record<MarketDayName, number>> = { nem: 288, ercot: 96, gb: 48, "sdac-de": 96 };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      market: { type: "string", default: "nem" },
      seed: { type: "string", default: "1" },
      intervals: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const market = marketDays.find((each) => each === values.market);
  if (market === undefined) {
    process.stderr.write(`--market is one of ${marketDays.join(", ")}, not "${values.market}"\n`);
    return 2;
  }
  const intervals = values.intervals === undefined ? WHOLE_DAY[market] : Number(values.intervals);
  const seed = Number(values.seed);
  if (!(Number.isInteger(intervals) && intervals >= 12 && Number.isInteger(seed))) {
    process.stderr.write("--intervals wants a whole number from 12, --seed a whole number\n");
    return 2;
  }
  const result = await marketDay({
    market,
    seed,
    intervals,
    onProgress: (done) => {
      if (done % 24 === 0) process.stderr.write(`${done} of ${intervals} intervals\n`);
    },
  });
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    for (const [name, value] of Object.entries(result))
      process.stdout.write(`${name.padEnd(22)} ${JSON.stringify(value)}\n`);
  const isOfOneMind = result.disagreements === 0 && result.overridesCleared === result.overrides;
  return isOfOneMind && result.answersLost > 0 && result.unbackedIntervals === 0 ? 0 : 1;
}

process.exitCode = await main();
