/** `mmm doctor` for people: the worst first, each with why and what to do; what is well, in one line each. */
import type { Level } from "../../adapters/doctor/finding.ts";
import type { Paint, Tone } from "../terminal.ts";
import type { Collected, CollectedFinding } from "./collect.ts";

const WORDS: Readonly<Record<Level, string>> = {
  ok: "ok",
  hint: "HINT",
  warning: "WARNING",
  error: "ERROR",
};
const TONES: Readonly<Record<Level, Tone>> = {
  ok: "good",
  hint: "dim",
  warning: "warn",
  error: "bad",
};
const WIDTH = 9;

export function renderDoctor(collected: Collected, paint: Paint): readonly string[] {
  const { findings, examined_by: all } = collected;
  const shown = together(findings);
  const lines = shown.flatMap((one) => render(one, all, paint));
  return [`examined by ${all.join(", ")}`, ...lines, sum(shown)];
}

interface Shown extends Omit<CollectedFinding, "subject"> {
  readonly subjects: readonly string[];
}

/** What is the same of several nodes is said once. */
function together(findings: readonly CollectedFinding[]): readonly Shown[] {
  const shown = new Map<string, Shown>();
  for (const { subject, ...finding } of findings) {
    const { id, level, what, why, fix } = finding;
    const key = JSON.stringify([id, level, what, why, fix]);
    const known = shown.get(key);
    const subjects = [...(known?.subjects ?? []), subject];
    const seen_by = [...new Set([...(known?.seen_by ?? []), ...finding.seen_by])];
    shown.set(key, { ...finding, subjects, seen_by });
  }
  return [...shown.values()];
}

function render(finding: Shown, all: readonly string[], paint: Paint): readonly string[] {
  const { level, subjects, what, why, fix, id } = finding;
  const head = `${paint(TONES[level], WORDS[level].padEnd(WIDTH))}${subjects.join(", ")}: ${what}`;
  if (level === "ok") return [head];
  const indent = " ".repeat(WIDTH);
  return [
    `${head}  [${id}]${viewOf(finding, all)}`,
    ...(why === null ? [] : [`${indent}why: ${why}`]),
    ...(fix === null ? [] : [`${indent}fix: ${fix}`]),
  ];
}

/** Who saw it, if that is not everybody, nor the one that it is about. */
function viewOf({ id, seen_by, subjects }: Shown, all: readonly string[]): string {
  const isOwn = seen_by.every((name) => subjects.includes(name));
  if (seen_by.length === all.length || isOwn || id === "status") return "";
  return `  (seen by ${seen_by.join(", ")})`;
}

/** Of the lines that stand above it: whoever counts them finds as many. */
function sum(lines: readonly Shown[]): string {
  const count = (level: Level) => lines.filter((one) => one.level === level).length;
  const parts = [
    [count("error"), "error", "errors"],
    [count("warning"), "warning", "warnings"],
    [count("hint"), "hint", "hints"],
  ] as const;
  const said = parts
    .filter(([many]) => many > 0)
    .map(([many, one, more]) => `${many} ${many === 1 ? one : more}`);
  return said.length === 0 ? "all is well" : said.join(", ");
}
