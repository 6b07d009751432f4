import { describe, expect, it } from "vitest";
import { identify } from "../../../../src/adapters/config/identity.ts";
import { applyOverrides } from "../../../../src/adapters/config/overrides.ts";
import type { Overrides } from "../../../../src/adapters/config/types.ts";
import { aConfig } from "./helpers.ts";

const THREE = [11, 12, 13]
  .map((host) => `[monitor:mon${host - 10}]\naddress = 10.0.0.${host}\n`)
  .join("");

function who(overrides: Overrides, sections = THREE, hostname = "elsewhere") {
  return identify(applyOverrides(aConfig("", sections), overrides), hostname);
}

describe("a monitor", () => {
  it("finds itself by --name, and its peers are the others", () => {
    expect(who({ name: "mon2" })).toEqual({
      name: "mon2",
      listen: { host: "10.0.0.12", port: 7400 },
      advertise: "10.0.0.12:7400",
      peers: [
        { name: "mon1", address: "10.0.0.11", port: 7400 },
        { name: "mon3", address: "10.0.0.13", port: 7400 },
      ],
    });
  });

  it("finds itself by its host's name, or by the address on which it listens", () => {
    expect(who({}, THREE, "mon3.example").name).toBe("mon3");
    expect(who({ listen: "10.0.0.11:7400" }).name).toBe("mon1");
  });

  it("may listen everywhere, if the file says where it is dialled", () => {
    expect(who({ name: "mon1", listen: "0.0.0.0:7400" })).toMatchObject({
      listen: { host: "0.0.0.0", port: 7400 },
      advertise: "10.0.0.11:7400",
    });
    expect(() => who({ name: "mon4", listen: "0.0.0.0:7400" })).toThrow(
      /peers cannot dial 0.0.0.0/,
    );
  });

  it("may be told everything by flags, and is not its own peer", () => {
    const flags = {
      name: "mon1",
      listen: "10.0.0.11:7400",
      peers: ["10.0.0.11:7400", "mon2=10.0.0.12:7400"],
    };
    expect(who(flags, "")).toMatchObject({
      advertise: "10.0.0.11:7400",
      peers: [{ name: "mon2", address: "10.0.0.12", port: 7400 }],
    });
  });

  it("alone needs nothing", () => {
    expect(who({}, "", "box.example")).toEqual({
      name: "box",
      listen: { host: "127.0.0.1", port: 7400 },
      advertise: "127.0.0.1:7400",
      peers: [],
    });
    expect(who({}, "", "a b").name).toBe("mon1");
    expect(who({}, "[monitor:solo]\naddress = 10.0.0.11\n").name).toBe("solo");
  });

  it("that cannot tell who it is says what to do", () => {
    expect(() => who({})).toThrow(
      "f: does not say which monitor this is; start mmm-mon with --name (mon1, mon2, mon3)",
    );
    expect(() => who({ name: "mon4" })).toThrow(
      "f: has no [monitor:mon4]; add it, or start mmm-mon with --listen HOST:PORT",
    );
  });
});
