/**
 * Collects what a first configuration needs: from flags, else from a person at the terminal. Each
 * answer is read by the same parsers as the file would be, and asked again until it can be used.
 */
import { existsSync } from "node:fs";
import {
  type Draft,
  type DraftPlace,
  type GroupDraft,
  TLS_PATHS,
} from "../../adapters/config/template.ts";
import {
  choice,
  hostName,
  interfaceName,
  nodeAddress,
  type Parser,
  userName,
  virtualIp,
  virtualIps,
} from "../../adapters/config/values.ts";
import type { OptionName } from "../arguments.ts";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { place } from "./places.ts";

/** Not `redis-mmm`, which the package makes for the monitor itself: that one cannot log in. */
const DEFAULT_USER = "mmm-guard";
const MOST = 99;

/** @throws Failure, if something is missing and nobody can be asked, or a flag cannot be used. */
export async function draftFrom(context: Context): Promise<Draft> {
  const group = await groupDraftFrom(context, true);
  const monitors = await places(context, MONITORS);
  return { ...group, sshUser: group.sshUser ?? DEFAULT_USER, tls: tlsOf(context), monitors };
}

/** @param needsInterface nobody has said it for all groups */
export async function groupDraftFrom(
  context: Context,
  needsInterface: boolean,
): Promise<GroupDraft> {
  const { options } = context;
  const vip = await answer(context, {
    flag: "vip",
    given: options.vip,
    question: "Virtual IP of the master (empty: none, vip = off): ",
    parse: virtualIp,
    isNeeded: false,
  });
  const readers = fromFlag("reader-vip", options["reader-vip"], virtualIps) ?? [];
  const hasVips = vip !== null || readers.length > 0;
  const isAsked = hasVips && (needsInterface || options.interface !== undefined);
  const device = isAsked
    ? await answer(context, {
        flag: "interface",
        given: options.interface,
        question: "Network interface of the database hosts (ip link): ",
        parse: interfaceName,
        isNeeded: true,
      })
    : null;
  const nodes = await places(context, NODES);
  const sshUser = fromFlag("ssh-user", options["ssh-user"], userName);
  return { vip, readers, interface: device, sshUser, nodes };
}

/** Named in the file only if they are there: what is named and missing keeps a monitor from starting. */
function tlsOf({ options }: Context): Draft["tls"] {
  if (fromFlag("tls", options.tls, choice("on", "off")) === "off") return "off";
  if (options.tls === "on") return "on";
  return Object.values(TLS_PATHS).every((path) => existsSync(path)) ? "on" : "later";
}

interface Question<T> {
  readonly flag: OptionName;
  readonly given: string | undefined;
  readonly question: string;
  readonly parse: Parser<T>;
  readonly isNeeded: boolean;
}

async function answer<T>(
  context: Context,
  { flag, given, question, parse, isNeeded }: Question<T>,
): Promise<T | null> {
  const read = fromFlag(flag, given, parse);
  if (read !== null || !context.terminal.interactive) {
    if (read === null && isNeeded) throw usageFailure(`init needs --${flag}`, "init");
    return read;
  }
  return await asked(context, question, parse, isNeeded);
}

function fromFlag<T>(flag: OptionName, given: string | undefined, parse: Parser<T>): T | null {
  if (given === undefined) return null;
  const parsed = parse(given);
  if (parsed.kind === "problem") throw usageFailure(`--${flag}: ${parsed.text}`, "init");
  return parsed.value;
}

/** @throws Failure when nothing is said that is needed: Ctrl-C, or the end of input. */
async function asked<T>(
  { terminal }: Context,
  question: string,
  parse: Parser<T>,
  isNeeded: boolean,
): Promise<T | null> {
  for (;;) {
    const text = (await terminal.ask(question)).trim();
    if (text === "" && isNeeded) throw usageFailure("no answer; nothing was written", "init");
    if (text === "") return null;
    const parsed = parse(text);
    if (parsed.kind === "value") return parsed.value;
    terminal.note([parsed.text]);
  }
}

// ——— nodes and monitors ———

interface Kind {
  readonly flag: "node" | "monitor";
  readonly prefix: string;
  readonly what: string;
  readonly address: Parser<string>;
  readonly isNeeded: boolean;
}

const NODES: Kind = {
  flag: "node",
  prefix: "db",
  what: "Redis",
  address: nodeAddress,
  isNeeded: true,
};
const MONITORS: Kind = {
  flag: "monitor",
  prefix: "mon",
  what: "monitor",
  address: hostName,
  isNeeded: false,
};

async function places(context: Context, kind: Kind): Promise<readonly DraftPlace[]> {
  const given = context.options[kind.flag];
  const parse = (at: number) => place(`${kind.prefix}${at + 1}`, kind.address);
  if (given !== undefined)
    return given.flatMap((text, at) => fromFlag(kind.flag, text, parse(at)) ?? []);
  if (context.terminal.interactive) return await askedPlaces(context, kind, parse);
  if (kind.isNeeded) throw usageFailure(`init needs --${kind.flag} for each ${kind.what}`, "init");
  return [];
}

async function askedPlaces(
  context: Context,
  { what, prefix, isNeeded }: Kind,
  parse: (at: number) => Parser<DraftPlace>,
): Promise<readonly DraftPlace[]> {
  const found: DraftPlace[] = [];
  while (found.length < MOST) {
    const form = `[NAME=]ADDRESS[:PORT], name ${prefix}${found.length + 1}`;
    const question = `Address of ${found.length === 0 ? "a" : "another"} ${what} (${form}${found.length === 0 && isNeeded ? "" : "; empty: no more"}): `;
    const one = await asked(context, question, parse(found.length), isNeeded && found.length === 0);
    if (one === null) return found;
    found.push(one);
  }
  return found;
}
