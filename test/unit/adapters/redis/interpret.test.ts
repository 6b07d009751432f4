import { describe, expect, test } from "vitest";
import type { Reply } from "../../../../src/adapters/redis/connection.ts";
import { authProblem, interpret, splitReplies } from "../../../../src/adapters/redis/interpret.ts";

const SERVER = "redis_version:7.0.15\r\nrun_id:abc\r\nuptime_in_seconds:1";
const REPLICATION = "role:master\r\nmaster_replid:def\r\nmaster_repl_offset:0";
const PERSISTENCE = "loading:0\r\naof_enabled:0";
const CLIENTS = "connected_clients:1";

const INFO = [SERVER, REPLICATION, PERSISTENCE, CLIENTS].map(value);
const PONG = value("PONG");
const DENIED_INFO = error("NOPERM this user has no permissions to run the 'info' command");

function value(text: unknown): Reply {
  return { kind: "value", value: text };
}

function error(text: string): Reply {
  return { kind: "error", text };
}

describe("the replies to a probe", () => {
  test("PONG and INFO make an info", () => {
    const result = interpret({ auth: null, ping: PONG, info: INFO }, 3);
    expect(result).toMatchObject({ kind: "info", latencyMs: 3, info: { runId: "abc" } });
  });

  test("an error to PING is told with the INFO that was answered all the same", () => {
    const result = interpret({ auth: null, ping: error("LOADING Redis is"), info: INFO }, 3);
    expect(result).toMatchObject({ kind: "error-reply", code: "LOADING", info: { runId: "abc" } });
  });

  test("a refused INFO is told when PING is well", () => {
    const result = interpret({ auth: null, ping: PONG, info: INFO.with(2, DENIED_INFO) }, 3);
    expect(result).toMatchObject({ kind: "error-reply", code: "NOPERM", info: null });
  });

  test("a refused AUTH comes first", () => {
    const auth = error("WRONGPASS invalid username-password pair");
    expect(interpret({ auth, ping: error("NOAUTH"), info: INFO }, 3)).toMatchObject({
      kind: "error-reply",
      code: "WRONGPASS",
    });
  });

  test.each([
    ["another answer to PING", { auth: null, ping: value("Hello"), info: INFO }],
    ["an INFO without a run_id", { auth: null, ping: PONG, info: INFO.with(0, value("x:y")) }],
    ["an INFO that is no text", { auth: null, ping: PONG, info: INFO.with(1, value(["role"])) }],
  ])("%s is garbled", (_, replies) => {
    expect(interpret(replies, 3).kind).toBe("garbled");
  });

  test("are told apart by the greeting, which is not always there", () => {
    const named = splitReplies([value("OK"), PONG, ...INFO], [["CLIENT", "SETNAME", "x"]]);
    expect(named).toEqual({ auth: null, ping: PONG, info: INFO });
    const greeted = splitReplies(
      [error("WRONGPASS"), value("OK"), PONG, ...INFO],
      [
        ["AUTH", "secret"],
        ["CLIENT", "SETNAME", "x"],
      ],
    );
    expect(greeted).toEqual({ auth: error("WRONGPASS"), ping: PONG, info: INFO });
  });
});

describe("a refused AUTH", () => {
  test("is told without the reply's words, which may repeat the password", () => {
    const echo = "ERR unknown command 'AUTH', with args beginning with: 'secret'";
    expect(authProblem(error(echo))).toBe("ERR AUTH was refused");
  });

  test("is no problem when no password was wanted", () => {
    expect(authProblem(error("ERR Client sent AUTH, but no password is set"))).toBeNull();
    expect(authProblem(value("OK"))).toBeNull();
    expect(authProblem(null)).toBeNull();
  });
});
