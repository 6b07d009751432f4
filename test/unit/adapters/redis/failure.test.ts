import { expect, test } from "vitest";
import { classifyFailure, shorten } from "../../../../src/adapters/redis/failure.ts";

function systemError(code: string, syscall = "connect"): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

test.each([
  ["ECONNREFUSED", "connect", "refused"],
  ["ECONNRESET", "connect", "refused"],
  ["ECONNRESET", "read", "dropped"],
  ["EPIPE", "write", "dropped"],
  ["ETIMEDOUT", "connect", "timeout"],
  ["ETIMEDOUT", "read", "timeout"],
  ["EHOSTUNREACH", "connect", "unreachable"],
  ["ENETUNREACH", "connect", "unreachable"],
  ["EMFILE", "connect", "garbled"],
  ["EPERM", "connect", "garbled"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "", "garbled"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "", "garbled"],
  ["EPROTO", "write", "garbled"],
  ["", "", "garbled"],
] as const)("%s at %s is %s", (code, syscall, kind) => {
  expect(classifyFailure(systemError(code, syscall), false).kind).toBe(kind);
});

test("an orderly close without an answer is a hang-up", () => {
  expect(classifyFailure(null, false)).toEqual({ kind: "dropped", text: "closed by the node" });
});

test("a hang-up while TLS is negotiated is no refusal", () => {
  expect(classifyFailure(null, true).kind).toBe("garbled");
  expect(classifyFailure(systemError("ECONNRESET", "read"), true).kind).toBe("garbled");
  expect(classifyFailure(systemError("ECONNRESET", ""), true).kind).toBe("garbled");
  expect(classifyFailure(systemError("ECONNREFUSED"), true).kind).toBe("refused");
});

test("texts are kept short", () => {
  expect(shorten("short")).toBe("short");
  expect(shorten("x".repeat(1_000))).toHaveLength(200);
});
