/** `ping_ips`: which addresses, and how often they must be asked for the check to end before a node is down. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";

function parsed(lines: string) {
  const text = `master_ip = 10.0.0.70\ninterface = eth0\n${lines}\n[db1]\naddress = 10.0.0.1\n`;
  return parseConfig(text.replace("interface", "cluster_interface"), "f").local.pings;
}

describe("ping_ips", () => {
  it("is off unless it is said", () => {
    expect(parsed("").targets).toEqual([]);
  });

  it("takes addresses of either kind, each once", () => {
    expect(parsed("ping_ips = 10.0.0.254, fe80::1%eth0,10.0.0.254").targets).toEqual([
      "10.0.0.254",
      "fe80::1%eth0",
    ]);
  });

  it.each(["router", "10.0.0.300", "10.0.0.1,,10.0.0.2", "-f", "10.0.0.0/24"])(
    "refuses %s",
    (text) => {
      expect(() => parsed(`ping_ips = ${text}`)).toThrow("is not an address");
    },
  );
});

describe("ping_interval", () => {
  it("is a third of the shortest down_after, at most a second", () => {
    expect(parsed("ping_ips = 10.0.0.254").intervalMs).toBe(666);
    expect(parsed("ping_ips = 10.0.0.254\ndown_after = 5s").intervalMs).toBe(1_000);
    expect(
      parsed("ping_ips = 10.0.0.254\ndown_after = 5s\nping_interval = 1500ms").intervalMs,
    ).toBe(1_500);
  });

  it("of which three do not fit into down_after is refused, where anything is pinged", () => {
    const slow = "ping_interval = 1s";
    expect(() => parsed(`ping_ips = 10.0.0.254\n${slow}`)).toThrow(
      "ping_interval: three pings must fit into down_after (2000 ms), so that this check ends before a node is down; write at most 666ms",
    );
    expect(() => parsed(slow)).not.toThrow();
    expect(() => parsed("ping_ips = 10.0.0.254\ndown_after = 500ms")).toThrow(
      "write a down_after of at least 600ms",
    );
  });
});
