import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareAge,
  listActions,
  parseActionName,
} from "../../../../src/adapters/redis/client-list.ts";
import { connectionName } from "../../../../src/core/operation/action.ts";

const LIST = [
  "id=3 addr=127.0.0.1:41390 laddr=127.0.0.1:6379 fd=8 name= age=9 idle=0 flags=N db=0 cmd=get",
  "id=7 addr=127.0.0.1:41392 laddr=127.0.0.1:6379 fd=9 name=mmm-act:9.12 age=9 idle=0 flags=N",
  "id=8 addr=127.0.0.1:41394 laddr=127.0.0.1:6379 fd=10 name=mmm-probe age=9 idle=0 flags=N",
  "id=9 addr=127.0.0.1:41396 laddr=127.0.0.1:6379 fd=11 name=mmm-act:10.1 age=9 user=name=mmm",
  "",
].join("\n");

describe("CLIENT LIST", () => {
  test("shows the action connections and no others", () => {
    expect(listActions(LIST)).toEqual([
      { id: "7", name: "mmm-act:9.12", connection: { term: 9, seq: 12 } },
      { id: "9", name: "mmm-act:10.1", connection: { term: 10, seq: 1 } },
    ]);
  });

  test("may be anything", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => listActions(text)).not.toThrow();
      }),
    );
  });
});

describe("names", () => {
  test.each([
    "mmm-act:",
    "mmm-act:1",
    "mmm-act:1.2.3",
    "mmm-act:-1.2",
    "xmmm-act:1.2",
    "mmm-act:a.b",
  ])("%s is not one of ours", (name) => {
    expect(parseActionName(name)).toBeNull();
  });

  test("are read as they are written", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (term, seq) => {
        expect(parseActionName(connectionName({ term, seq }))).toEqual({ term, seq });
      }),
    );
  });

  test("are compared as numbers, the term first", () => {
    expect(compareAge({ term: 9, seq: 12 }, { term: 10, seq: 1 })).toBeLessThan(0);
    expect(compareAge({ term: 10, seq: 9 }, { term: 10, seq: 10 })).toBeLessThan(0);
    expect(compareAge({ term: 10, seq: 10 }, { term: 10, seq: 10 })).toBe(0);
  });
});
