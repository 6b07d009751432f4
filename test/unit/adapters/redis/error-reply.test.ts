import { expect, test } from "vitest";
import {
  errorReplyCode,
  firstWord,
  isNeedlessPassword,
} from "../../../../src/adapters/redis/error-reply.ts";

test.each([
  ["LOADING Redis is loading the dataset in memory", "LOADING"],
  ["BUSY Redis is busy running a script.", "BUSY"],
  ["MASTERDOWN Link with MASTER is down", "MASTERDOWN"],
  ["MISCONF Redis is configured to save RDB snapshots", "MISCONF"],
  ["NOAUTH Authentication required.", "NOAUTH"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"],
  ["ERR invalid password", "WRONGPASS"],
  ["NOPERM this user has no permissions to run the 'info' command", "NOPERM"],
  ["DENIED Redis is running in protected mode", "DENIED"],
  ["ERR max number of clients reached", "MAXCLIENTS"],
  ["ERR unknown command 'PING'", "OTHER"],
  ["BUSYKEY Target key name already exists.", "OTHER"],
  ["", "OTHER"],
])("%s → %s", (text, code) => {
  expect(errorReplyCode(text)).toBe(code);
});

test("the first word is what an action's error is known by", () => {
  expect(firstWord("NOREPLICAS Not enough good replicas to write.")).toBe("NOREPLICAS");
  expect(firstWord("ERR")).toBe("ERR");
});

test("a password that nobody wants is no mistake", () => {
  expect(isNeedlessPassword("ERR Client sent AUTH, but no password is set")).toBe(true);
  const now = "ERR AUTH <password> called without any password configured for the default user.";
  expect(isNeedlessPassword(now)).toBe(true);
  expect(isNeedlessPassword("WRONGPASS invalid username-password pair")).toBe(false);
});
