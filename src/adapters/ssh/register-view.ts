/**
 * Reads what the guard shows of a register: words `name=value`, in any order. A view decides about
 * leases, so anything that is missing or does not look as expected makes the whole of it unreadable.
 */
import type { RegisterView, Token } from "../../core/vip/types.ts";

type Permit = RegisterView["permits"][number];
type Address = RegisterView["addresses"][number];

/** null: unreadable. Never throws. */
export function parseView(text: string): RegisterView | null {
  const fields = fieldsOf(text);
  const gate = gateOf(fields.get("gate"));
  const gated = fields.get("gated");
  const token = tokenOf(fields.get("token"));
  const permits = listOf(fields.get("permits"), permitOf);
  const leaseMs = numberOf(fields.get("lease"));
  const addresses = listOf(fields.get("addr"), addressOf);
  const boot = fields.get("boot");
  const lacks = fields.get("lacks") ?? null;
  if (gate === null || token === undefined || permits === null || leaseMs === null) return null;
  if ((gated !== "0" && gated !== "1") || addresses === null || !boot) return null;
  return { gate, gated: gated === "1", token, permits, leaseMs, addresses, boot, lacks };
}

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const word of text.split(" ")) {
    const at = word.indexOf("=");
    if (at > 0) fields.set(word.slice(0, at), word.slice(at + 1));
  }
  return fields;
}

function gateOf(word: string | undefined): RegisterView["gate"] | null {
  return word === "present" || word === "absent" || word === "altered" ? word : null;
}

/** Digits only: `Number` alone would also take "", " 1", "1e3" and "0x1". */
function numberOf(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : null;
}

function markOf(word: string | undefined): number | null {
  const value = numberOf(word);
  return value !== null && value < 2 ** 32 ? value : null;
}

/** `cluster.term.version`; term 0: an instance id. undefined: unreadable; null: no register. */
function tokenOf(word: string | undefined): Token | null | undefined {
  if (word === "-") return null;
  const [cluster, termWord, versionWord, ...more] = (word ?? "").split(".");
  const term = markOf(termWord);
  const version = markOf(versionWord);
  if (cluster === undefined || !/^[0-9a-f]{8}$/.test(cluster)) return undefined;
  if (term === null || version === null || more.length > 0) return undefined;
  if (term === 0) return { kind: "instance", cluster, id: version };
  return { kind: "epoch", cluster, epoch: { term, version } };
}

function permitOf(word: string): Permit | null {
  const [term, version, id, ...more] = word.split(".").map(markOf);
  if (term == null || version == null || id == null || more.length > 0) return null;
  return { epoch: { term, version }, id };
}

/** `device/prefix/seconds`, `-` for an address without an end. */
function addressOf(word: string): Address | null {
  const [device, prefixWord, left, ...more] = word.split("/");
  const prefix = numberOf(prefixWord);
  if (!device || prefix === null || prefix > 32 || more.length > 0) return null;
  if (left === "-") return { device, prefix, lifetimeS: null };
  const lifetimeS = numberOf(left);
  return lifetimeS === null ? null : { device, prefix, lifetimeS };
}

function listOf<T>(word: string | undefined, itemOf: (word: string) => T | null): T[] | null {
  if (word === undefined) return null;
  if (word === "-") return [];
  const items: T[] = [];
  for (const part of word.split(",")) {
    const item = itemOf(part);
    if (item === null) return null;
    items.push(item);
  }
  return items;
}
