import { describe, expect, it } from "vitest";
import {
  parseFigureOptions,
  parseOptions,
  parseReportOptions,
  parseScaleOptions,
  UsageError,
} from "../../bench/arguments.ts";
import { FAULTS } from "../../bench/faults.ts";

describe("the options of scripts/bench failover", () => {
  it("are all faults, three times each, if nothing is said", () => {
    const options = parseOptions([]);
    expect(options.faults).toBe(FAULTS);
    expect(options).toMatchObject({ runs: 3, pauseMs: 1, json: null, plot: null, redis: [] });
  });

  it("choose faults by name, in their own order", () => {
    const { faults } = parseOptions(["--only", "hang,kill", "--only", "return"]);
    expect(faults.map(({ name }) => name)).toEqual(["kill", "hang", "return"]);
  });

  it.each([
    [["--runs", "0"], '--runs takes a whole number from 1 to 100, not "0"'],
    [["--runs", "many"], '--runs takes a whole number from 1 to 100, not "many"'],
    [["--pause", "-1"], "--pause"],
    [["--wait", "3"], "--wait takes a whole number from 0 to 2"],
    [["--only", "kill,fire"], '--only does not know "fire"; it takes: kill, hang, unplug'],
    [["--fast"], "--fast"],
    [["kill"], "kill"],
  ])("%j is refused with what to write instead", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe("the options of scripts/bench report", () => {
  it("are the files, and where pictures go", () => {
    expect(parseReportOptions(["a.json", "b.json", "--plot", "docs"])).toEqual({
      files: ["a.json", "b.json"],
      plot: "docs",
    });
  });

  it.each([
    [[], "name the files"],
    [["a.json", "--csv"], "--csv"],
  ])("%j is refused", (args, message) => {
    expect(() => parseReportOptions(args)).toThrow(UsageError);
    expect(() => parseReportOptions(args)).toThrow(message);
  });
});

describe("the options of scripts/figures", () => {
  const known = ["kill", "cost"];

  it("are all figures, with five runs of each, if nothing is said", () => {
    const all = { runs: 5, pauseMs: 1, only: null, restMinutes: 5 };
    expect(parseFigureOptions([], known)).toEqual(all);
    expect(parseFigureOptions(["--only", "cost"], known)).toEqual({ ...all, only: "cost" });
  });

  it.each([
    [["--only", "fire"], '--only does not know "fire"; it takes one of: kill, cost'],
    [["--rest", "long"], "--rest takes a whole number"],
    [["--help"], "--help"],
  ])("%j is refused with what to write instead", (args, message) => {
    expect(() => parseFigureOptions(args, known)).toThrow(UsageError);
    expect(() => parseFigureOptions(args, known)).toThrow(message);
  });
});

describe("the options of scripts/bench scale", () => {
  it("are numbers of groups, one measurement of each", () => {
    const all = { groups: [1, 10, 100, 300], seconds: 20, kill: 100, set: [], sentinel: false };
    expect(parseScaleOptions([])).toEqual(all);
    expect(parseScaleOptions(["--groups", "3,5"])).toEqual({ ...all, groups: [3, 5] });
  });

  it.each([
    [["--groups", "1,many"], '--groups takes a whole number from 1 to 1000, not "many"'],
    [["--groups", ""], "--groups"],
    [["--seconds", "0"], "--seconds"],
    [["--kill", "none"], "--kill"],
    [["--help"], "--help"],
  ])("%j is refused with what to write instead", (args, message) => {
    expect(() => parseScaleOptions(args)).toThrow(UsageError);
    expect(() => parseScaleOptions(args)).toThrow(message);
  });
});
