import { type Ms, seconds, W } from "@penstock/protocol/units";
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE } from "./modbus-server.ts";
import type { ShownSetpoint } from "./site-registers.ts";

/** A power at the point of connection and how long it holds unless it is written again; `undefined` ends it. */
export type CommandPower = (setpoint: { readonly powerW: W; readonly forMs: Ms } | undefined, from: string) => void;

export interface SetpointPointsOptions {
  /** Undefined where the configuration does not grant it. */
  readonly command: CommandPower | undefined;
  /** Where the client names no time of its own. */
  readonly forMs: Ms;
}

/**
 * 704 WSetEna, WSetMod, WSet and WSetRvrtTms as a client may write them. Every write while it is enabled renews it; a
 * client that stops writing has commanded nothing after its reversion time. No time at all (0) is refused: there is no
 * command without an end.
 */
export class SetpointPoints {
  readonly #options: SetpointPointsOptions;
  /** Written before it is enabled, it waits. */
  #powerW: W | undefined;
  #forMs: Ms;

  constructor(options: SetpointPointsOptions) {
    this.#options = options;
    this.#forMs = options.forMs;
  }

  /** `first` counts from 704's own begin. 0 accepts, else an exception code. */
  write(first: number, values: Uint16Array, isOn: boolean, from: string): number {
    const { command } = this.#options;
    if (command === undefined) return ILLEGAL_FUNCTION;
    const asked = this.#asked(first, values);
    if (typeof asked === "number") return asked;
    const { enable = Number(isOn), powerW = this.#powerW, forMs = this.#forMs } = asked;
    // Enabled without ever having been given a figure: no command can be meant.
    if (enable === 1 && powerW === undefined) return ILLEGAL_VALUE;
    this.#powerW = powerW;
    this.#forMs = forMs;
    if (enable === 1 && powerW !== undefined) command({ powerW, forMs }, from);
    else if (isOn) command(undefined, from);
    return 0;
  }

  /** What 704 shows, command or not: what was written can be read back. */
  shown(now: ShownSetpoint | undefined) {
    if (this.#options.command === undefined) return {};
    return {
      WSetEna: Number(now !== undefined),
      WSetMod: IN_WATTS,
      WSet: now?.powerW ?? this.#powerW ?? null,
      WSetRvrtTms: Math.round(this.#forMs / 1_000),
      WSetRvrtRem: now === undefined ? 0 : Math.ceil(now.remainingMs / 1_000),
    };
  }

  #asked(first: number, values: Uint16Array): Asked | number {
    let asked: Asked = {};
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      const low = values[index + 1];
      switch (first + index) {
        case ENABLE:
          if (value > 1) return ILLEGAL_VALUE;
          asked = { ...asked, enable: value };
          break;
        case MODE:
          if (value !== IN_WATTS) return ILLEGAL_VALUE;
          break;
        case POWER: {
          // Half of a number is none.
          if (low === undefined) return ILLEGAL_VALUE;
          const powerW = (value << 16) | low;
          if (powerW === NOT_A_NUMBER) return ILLEGAL_VALUE;
          asked = { ...asked, powerW: W(powerW) };
          index++;
          break;
        }
        case REVERSION_TIME: {
          const forS = low === undefined ? 0 : value * 65_536 + low;
          if (forS < 1 || forS > LONGEST_S) return ILLEGAL_VALUE;
          asked = { ...asked, forMs: seconds(forS) };
          index++;
          break;
        }
        default:
          return ILLEGAL_ADDRESS;
      }
    }
    return asked;
  }
}

interface Asked {
  readonly enable?: number;
  readonly powerW?: W;
  readonly forMs?: Ms;
}

/** Whether a write from here on is for these points and not for the limit before them. */
export const isSetpointPoint = (first: number): boolean => first >= ENABLE;

const ENABLE = 22;
const MODE = 23;
const POWER = 24;
const REVERSION_TIME = 31;
const IN_WATTS = 1;
const NOT_A_NUMBER = -0x8000_0000;
const LONGEST_S = 3_600;
