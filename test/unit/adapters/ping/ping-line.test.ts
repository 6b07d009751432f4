import { expect, it } from "vitest";
import { heardFrom } from "../../../../src/adapters/ping/ping-line.ts";

it.each([
  ["64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.053 ms", "stdout", "answer"],
  ["64 bytes from fe80::1%eth0: icmp_seq=17 ttl=64 time=0.3 ms", "stdout", "answer"],
  ["64 bytes from 10.0.0.1: icmp_seq=2 ttl=64 time=1 ms (DUP!)", "stdout", "answer"],
  ["no answer yet for icmp_seq=4", "stdout", "silence"],
  ["From 10.9.9.1 icmp_seq=1 Destination Host Unreachable", "stdout", "silence"],
  ["From 10.9.9.1: icmp_seq=3 Time to live exceeded", "stdout", "silence"],
  ["ping: sendmsg: Network is unreachable", "stderr", "silence"],
  ["ping: connect: Network is unreachable", "stderr", "silence"],
  ["ping: socktype: SOCK_RAW", "stderr", "trouble"],
  ["ping: socket: Operation not permitted", "stderr", "trouble"],
  ["ping: sendmsg: Operation not permitted", "stderr", "trouble"],
  ["ping: invalid option -- 'O'", "stderr", "trouble"],
  ["PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.", "stdout", null],
  ["--- 10.9.9.7 ping statistics ---", "stdout", null],
  ["", "stderr", null],
] as const)("%j on %s is %s", (line, source, heard) => {
  expect(heardFrom(line, source)).toBe(heard);
});
