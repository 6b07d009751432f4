/** The channels and patterns of one connection. */
import type { Message } from "./news.ts";
import { failure, type Value } from "./values.ts";

const MOST = 64;

export class Subscriptions {
  readonly #channels = new Set<string>();
  readonly #patterns = new Set<string>();

  get count(): number {
    return this.#channels.size + this.#patterns.size;
  }

  /** One reply for each name; undefined: the command is none of these. */
  change([command = "", ...names]: readonly string[]): readonly Value[] | undefined {
    const verb = command.toLowerCase();
    const set = verb.startsWith("p") ? this.#patterns : this.#channels;
    if (verb === "subscribe" || verb === "psubscribe") return this.#add(verb, set, names);
    if (verb === "unsubscribe" || verb === "punsubscribe") return this.#remove(verb, set, names);
    return undefined;
  }

  #add(verb: string, set: Set<string>, names: readonly string[]): readonly Value[] {
    if (names.length === 0) return [failure(`ERR wrong number of arguments for '${verb}' command`)];
    if (this.count + names.length > MOST) return [failure(`ERR at most ${MOST} subscriptions`)];
    return names.map((name) => {
      set.add(name);
      return { kind: "push", items: [verb, name, this.count] };
    });
  }

  /** Without a name, all. */
  #remove(verb: string, set: Set<string>, names: readonly string[]): readonly Value[] {
    const leaving = names.length === 0 ? [...set] : names;
    if (leaving.length === 0) return [{ kind: "push", items: [verb, null, this.count] }];
    return leaving.map((name) => {
      set.delete(name);
      return { kind: "push", items: [verb, name, this.count] };
    });
  }

  /** What of a message is sent here. */
  deliver({ channel, text }: Message): readonly Value[] {
    const direct: readonly Value[] = this.#channels.has(channel)
      ? [{ kind: "push", items: ["message", channel, text] }]
      : [];
    const matching = [...this.#patterns].filter((pattern) => matches(pattern, channel));
    return [
      ...direct,
      ...matching.map((pattern): Value => {
        return { kind: "push", items: ["pmessage", pattern, channel, text] };
      }),
    ];
  }
}

/** `*` is the only sign that clients use; a pattern with others matches itself alone. */
function matches(pattern: string, channel: string): boolean {
  const [head = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return pattern === channel;
  if (!channel.startsWith(head)) return false;
  let at = head.length;
  const last = parts.pop() ?? "";
  for (const part of parts) {
    const found = channel.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return channel.length - at >= last.length && channel.endsWith(last);
}
