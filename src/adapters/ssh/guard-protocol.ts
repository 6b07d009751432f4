/**
 * The guard's line protocol: a request is one line `op id …`, the answer one line `ok id …` or
 * `err id CODE text` (`scripts/guard` lists the forms). Ids are random and never used twice, so
 * that neither the noise of a login shell nor a late answer can be taken for the answer.
 *
 * Encoding checks every word: a value that does not fit must be seen here, not on the host.
 */
import type { GuardRefusal, GuardRequest, Token } from "../../core/vip/types.ts";

export type Answer =
  | { readonly kind: "ok"; readonly id: string; readonly rest: string }
  | {
      readonly kind: "err";
      readonly id: string;
      readonly code: GuardRefusal;
      readonly text: string;
    };

export type Encoded =
  | { readonly kind: "line"; readonly words: readonly string[] }
  | { readonly kind: "invalid"; readonly text: string };

const LONGEST_MS = 3_600_000;
const REFUSALS: readonly GuardRefusal[] = [
  "syntax",
  "denied",
  "stale",
  "nogate",
  "conns",
  "addr",
  "missing",
  "failed",
];

/** The words of a request after `op id`. Never throws. */
export function encodeRequest(request: GuardRequest): Encoded {
  const words = [request.vip, ...argumentsOf(request)];
  const wrong = words.find((word) => !/^[A-Za-z0-9._-]+$/.test(word));
  if (wrong !== undefined) {
    return {
      kind: "invalid",
      text: `${request.op} ${request.vip}: ${JSON.stringify(wrong)} is not a value of the guard`,
    };
  }
  return { kind: "line", words };
}

export function requestLine(id: string, op: string, words: readonly string[]): string {
  return `${[op, id, ...words].join(" ")}\n`;
}

/** Whether the guard can carry it out together with requests for other VIPs. */
export function isShareable(request: GuardRequest): boolean {
  switch (request.op) {
    case "show":
    case "permit":
      return true;
    case "claim":
      // 0: the group has no leases, and so no transaction.
      return request.permit !== 0;
    case "install":
    case "mark":
    case "release":
      return false;
  }
}

/** How many requests a guard takes together, by its greeting; an older one takes each alone. */
export function mostTogetherOf(greeting: string): number {
  const count = /(?:^| )together=(\d{1,3})(?: |$)/.exec(greeting)?.[1];
  return Math.max(1, Number(count ?? 1));
}

function argumentsOf(request: GuardRequest): readonly string[] {
  switch (request.op) {
    case "show":
      return [];
    case "install":
      return [cluster(request.cluster), mark(request.instance)];
    case "mark":
      return [
        ...seen(request.seen),
        ...epoch(request),
        request.gate ? "1" : "0",
        ...first(request),
      ];
    case "permit":
      return [...epoch(request), permit(request.permit), millis(request.ttlMs)];
    case "claim":
      return [
        ...epoch(request),
        // 0: the group has no leases.
        mark(request.permit),
        permit(request.next),
        millis(request.ttlMs),
        millis(request.leaseMs),
        request.interface,
      ];
    case "release":
      return [...epoch(request), ...(request.seen === null ? [] : seen(request.seen))];
  }
}

function seen(token: Token): readonly string[] {
  return token.kind === "epoch" ? epoch(token) : [cluster(token.cluster), "0", mark(token.id)];
}

function epoch(of: {
  readonly cluster: string;
  readonly epoch: { readonly term: number; readonly version: number };
}): readonly string[] {
  return [cluster(of.cluster), within(of.epoch.term, 1, 2 ** 32 - 1), mark(of.epoch.version)];
}

function first(request: Extract<GuardRequest, { op: "mark" }>): readonly string[] {
  if (request.permit === null) return ["0", "0"];
  return [permit(request.permit.id), millis(request.permit.ttlMs)];
}

/** 0 means "no permit" in the protocol, so it is no permit's id. */
function permit(value: number): string {
  return within(value, 1, 2 ** 32 - 1);
}

function mark(value: number): string {
  return within(value, 0, 2 ** 32 - 1);
}

function millis(value: number): string {
  return within(value, 1, LONGEST_MS);
}

/** What is out of range becomes a word that `encodeRequest` rejects, with the value in its text. */
function within(value: number, least: number, most: number): string {
  const fits = Number.isSafeInteger(value) && value >= least && value <= most;
  return fits ? String(value) : `${value} (not ${least} to ${most})`;
}

function cluster(id: string): string {
  return /^[0-9a-f]{8}$/.test(id) ? id : `${id} (not eight hex digits)`;
}

/** null: not an answer, but some other output. Never throws. */
export function parseAnswer(line: string): Answer | null {
  const match = /^(ok|err) ([A-Za-z0-9-]+)(?: (.*))?$/.exec(line.trimEnd());
  if (match === null) return null;
  const [, kind, id = "", rest = ""] = match;
  if (kind === "ok") return { kind: "ok", id, rest };
  const [word = "", ...text] = rest.split(" ");
  const code = REFUSALS.find((known) => known === word) ?? "failed";
  return { kind: "err", id, code, text: text.join(" ") };
}
