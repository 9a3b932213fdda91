import { mbapWire } from "./mbap-wire.ts";
import { type ModbusOptions, modbusTransport } from "./modbus-transport.ts";
import type { RegisterTransport } from "./register-transport.ts";
import { rtuWire } from "./rtu-wire.ts";

export interface ModbusTcpOptions extends ModbusOptions {
  /** `tcp` is Modbus TCP; `rtu` is what a serial-line gateway in transparent mode speaks. */
  readonly framing?: "tcp" | "rtu";
}

/** A device at a TCP address. See the README beside this file for what is ours and what is the library's. */
export const modbusTcpTransport = ({ framing = "tcp", ...options }: ModbusTcpOptions): RegisterTransport =>
  modbusTransport(options, framing === "tcp" ? mbapWire : rtuWire);
