/**
 * The reference of the configuration, as data: what config/redis-mmm.conf explains of each key, with
 * what the schema knows of it. The sample stays the one place where a key is explained.
 */
import { readFileSync } from "node:fs";
import { type Keys, MONITOR_KEYS, NODE_KEYS, TOP_KEYS } from "../../src/adapters/config/schema.ts";

export interface Chapter {
  readonly title: string;
  /** Paragraphs about no key in particular. */
  readonly prose: readonly string[];
  readonly entries: readonly Entry[];
}

/** Keys that are explained together. */
export interface Entry {
  readonly keys: readonly Key[];
  readonly text: string;
  /** Settled by all monitors together, not by this file alone. */
  readonly agreed: boolean;
}

export interface Key {
  readonly name: string;
  /** The value in the sample. */
  readonly example: string;
  /** As it would stand in the file; null: none, or the text tells. */
  readonly defaultText: string | null;
  readonly required: boolean;
}

const HEADING = /^; -{4} (.+?) -+$/;
const KEY = /^(?:; )?([a-z][a-z_]*) = (.*)$/;
const SECTION = /^\[(.+)\]$/;
const AGREED = /\s*\[agreed\]$/;

export function readReference(): readonly Chapter[] {
  const sample = readFileSync(new URL("../../config/redis-mmm.conf", import.meta.url), "utf8");
  const chapters: ChapterReader[] = [];
  for (const line of sample.split("\n")) {
    const title = HEADING.exec(line)?.[1];
    if (title === undefined) chapters.at(-1)?.read(line);
    else chapters.push(new ChapterReader(title));
  }
  return chapters.map((chapter) => chapter.end());
}

class ChapterReader {
  readonly #title: string;
  readonly #prose: string[] = [];
  readonly #entries: { keys: Key[]; text: string }[] = [];
  #schema: Keys = TOP_KEYS;
  #sections = 0;
  #text: string[] = [];
  #isOpen = false;

  constructor(title: string) {
    this.#title = title;
  }

  read(line: string): void {
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) return this.#enter(section);
    // Further sections of a kind repeat the keys of the first.
    if (this.#sections > 1) return;
    const [, name, example = ""] = KEY.exec(line) ?? [];
    if (line === "") this.#close();
    else if (name !== undefined && name in this.#schema) this.#add(name, example);
    else this.#say(line.replace(/^; ?/, ""));
  }

  end(): Chapter {
    this.#close();
    const entries = this.#entries.map(({ keys, text }) => ({
      keys,
      text: text.replace(AGREED, ""),
      agreed: AGREED.test(text),
    }));
    return { title: this.#title, prose: this.#prose, entries };
  }

  #enter(section: string): void {
    this.#close();
    this.#sections += 1;
    this.#schema = section.startsWith("monitor:") ? MONITOR_KEYS : NODE_KEYS;
  }

  #say(words: string): void {
    if (this.#isOpen) this.#close();
    this.#text.push(words);
  }

  #add(name: string, example: string): void {
    const text = this.#text.join(" ");
    this.#text = [];
    const last = this.#entries.at(-1);
    const key = this.#key(name, example);
    if (text === "" && last !== undefined && this.#isOpen) last.keys.push(key);
    else this.#entries.push({ keys: [key], text });
    this.#isOpen = true;
  }

  #key(name: string, example: string): Key {
    const known = this.#schema[name];
    return {
      name,
      example,
      defaultText: known?.defaultText ?? null,
      required: known?.required ?? false,
    };
  }

  /** What was said, and belongs to no key, is prose. */
  #close(): void {
    if (this.#text.length > 0) this.#prose.push(this.#text.join(" "));
    this.#text = [];
    this.#isOpen = false;
  }
}
