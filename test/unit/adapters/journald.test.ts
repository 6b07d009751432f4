import { closeSync, fstatSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { forJournal, goesToJournal } from "../../../src/adapters/journald.ts";

describe("what goes to the journal", () => {
  it("has its priority in front of each line", () => {
    expect(forJournal("error", "error: no file\ntry: another\n")).toBe(
      "<3>error: no file\n<3>try: another\n",
    );
    expect(forJournal("fatal", '{"level":"fatal"}')).toBe('<2>{"level":"fatal"}');
    expect(forJournal("info", "a\n\nb")).toBe("<6>a\n\n<6>b");
  });

  it("is only what is written to the file that systemd names", () => {
    const { dev, ino } = fstatSync(1);
    expect(goesToJournal(1, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true);
    expect(goesToJournal(1, { JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false);
    expect(goesToJournal(1, {})).toBe(false);
    const fd = openSync("/dev/null", "r");
    closeSync(fd);
    expect(goesToJournal(fd, { JOURNAL_STREAM: `${dev}:${ino}` })).toBe(false);
  });
});
