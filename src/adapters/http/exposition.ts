/**
 * Writes metrics in the text format of Prometheus, version 0.0.4.
 *
 * A client library (prom-client) would keep a registry of numbers that are updated as things happen.
 * Here nothing is kept: every number is read from a status when somebody asks. What remains is the
 * text, which is this file; a library would add 60 ms of loading, and its collectors a timer.
 */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** `_bucket`, `_sum` and `_count` of a histogram. */
  readonly suffix?: string;
}

export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What has no sample is left out whole: it does not exist here. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join("");
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = "", labels, value }) =>
      `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`,
  );
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return Number.isNaN(value) ? "NaN" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

// ——— short forms for those who describe metrics ———

export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: "gauge", help, samples };
}

export function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: "counter", help, samples };
}

export function sample(value: number, labels: Labels = {}): Sample {
  return { labels, value };
}

/** None where the value is not known. */
export function known(value: number | null, labels: Labels = {}): readonly Sample[] {
  return value === null ? [] : [{ labels, value }];
}

export function flag(on: boolean): number {
  return on ? 1 : 0;
}
