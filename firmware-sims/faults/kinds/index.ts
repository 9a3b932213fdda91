import { type Absent, absent } from "./absent.ts";
import { type BadQuality, badQuality } from "./bad-quality.ts";
import { type Derated, derated } from "./derated.ts";
import { type Droop, droop } from "./droop.ts";
import { type Forgetting, forgetting } from "./forgetting.ts";
import { type Frozen, frozen } from "./frozen.ts";
import type { FaultDefinition } from "./kind.ts";
import { type Local, local } from "./local.ts";
import { type Lying, lying } from "./lying.ts";
import { type MeterStale, meterStale } from "./meter-stale.ts";
import { type OldStamps, oldStamps } from "./old-stamps.ts";
import { type Rebooting, rebooting } from "./rebooting.ts";
import { type Refusing, refusing } from "./refusing.ts";
import { type Remapped, remapped } from "./remapped.ts";
import { type SecondMaster, secondMaster } from "./second-master.ts";
import { type Silent, silent } from "./silent.ts";
import { type SingleClient, singleClient } from "./single-client.ts";
import { type Slow, slow } from "./slow.ts";
import { type Stuck, stuck } from "./stuck.ts";
import { type Tripped, tripped } from "./tripped.ts";
import { type Updated, updated } from "./updated.ts";
import { type WrongClock, wrongClock } from "./wrong-clock.ts";

/** One way for a device to misbehave. */
export type Fault =
  | Absent
  | BadQuality
  | Derated
  | Droop
  | Forgetting
  | Frozen
  | Local
  | Lying
  | MeterStale
  | OldStamps
  | Rebooting
  | Refusing
  | Remapped
  | SecondMaster
  | Silent
  | SingleClient
  | Slow
  | Stuck
  | Tripped
  | Updated
  | WrongClock;

/** The shelf: one fault a line. */
export const faultDefinitions: readonly AnyDefinition[] = [
  silent,
  slow,
  frozen,
  stuck,
  lying,
  absent,
  rebooting,
  updated,
  remapped,
  refusing,
  forgetting,
  meterStale,
  local,
  tripped,
  derated,
  droop,
  secondMaster,
  singleClient,
  badQuality,
  oldStamps,
  wrongClock,
] as readonly unknown[] as readonly AnyDefinition[];

/** A definition that is given only faults of its own kind. */
export type AnyDefinition = FaultDefinition<Fault>;
