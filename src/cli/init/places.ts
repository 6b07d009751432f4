/** `[NAME=]ADDRESS[:PORT]`, as `mmm init` takes it. */
import { isName } from "../../adapters/config/names.ts";
import type { DraftPlace } from "../../adapters/config/template.ts";
import { type Parser, port } from "../../adapters/config/values.ts";

/** @param name if none is given */
export function place(name: string, address: Parser<string>): Parser<DraftPlace> {
  return (text) => {
    const match = /^(?:([^=]*)=)?(.+?)(?::(\d+))?$/.exec(text);
    const [, own = name, host = "", at] = match ?? [];
    if (!isName(own))
      return { kind: "problem", text: `"${own}" is not a name: letters, digits, - and _` };
    const parsed = address(host);
    if (parsed.kind === "problem") return parsed;
    const parsedPort = at === undefined ? null : port(at);
    if (parsedPort?.kind === "problem") return parsedPort;
    const value = { name: own, address: parsed.value, port: parsedPort?.value ?? null };
    return { kind: "value", value };
  };
}
