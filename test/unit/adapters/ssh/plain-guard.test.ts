import { expect, test } from "vitest";
import { addressesOf } from "../../../../src/adapters/ssh/plain-guard.ts";

test("every form of an address is read from what ip shows, and no similar one", () => {
  const lines = [
    "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever",
    "2: eth1    inet 10.0.0.7/24 brd 10.0.0.255 scope global eth1\\       valid_lft forever preferred_lft forever",
    "2: eth1    inet 10.0.0.70/32 scope global dynamic eth1\\       valid_lft 14sec preferred_lft 14sec",
    "3: tun0    inet 10.0.0.70 peer 10.9.9.9/24 scope global tun0\\       valid_lft forever preferred_lft forever",
    "4: eth2    inet 110.0.0.70/24 scope global eth2\\       valid_lft forever preferred_lft forever",
    "7dd5492c-fdb9-40a7-98e8-be4dc181fb76",
  ];
  expect(addressesOf(lines, "10.0.0.70")).toEqual([
    { device: "eth1", prefix: 32, lifetimeS: 14 },
    { device: "tun0", prefix: 24, lifetimeS: null },
  ]);
});
