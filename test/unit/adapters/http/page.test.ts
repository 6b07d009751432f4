import { request } from "node:http";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { page, sections } from "../../../../src/adapters/http/page/page.ts";
import type { Snapshot } from "../../../../src/adapters/http/snapshot.ts";
import { httpDoor } from "../../../helpers/http-door.ts";
import { aFullSnapshot, aSnapshot } from "../../../helpers/snapshots.ts";
import { aGroup, aStatus } from "../../cli/fixtures.ts";

const EVIL = `"><script src=//evil></script><img onerror='x' src=x>&`;

/** Every text in it is hostile. */
function poisoned<T>(value: T, key = ""): T {
  if (typeof value === "string") return (/_at$|^at$/.test(key) ? value : `${value}${EVIL}`) as T;
  if (Array.isArray(value)) return value.map((item) => poisoned(item as unknown, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]);
  return Object.fromEntries(entries) as T;
}

describe("the page", () => {
  it("says nothing as markup that came from elsewhere", () => {
    const text = page(poisoned(aFullSnapshot()), null);
    expect(text).not.toContain("<script src=//evil>");
    expect(text).not.toContain("<img");
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(page(aSnapshot(), EVIL)).not.toContain("<img");
  });

  it("needs nothing that its own policy refuses: no style, script or handler within the text", () => {
    const text = page(aFullSnapshot(), null);
    expect(text).not.toMatch(/ style=| on[a-z]+=|<style|javascript:|https?:/);
    expect(text).not.toMatch(/<script(?! src="\/page\.js")/);
  });

  it("is whole without JavaScript: a table of votes, and a reload", () => {
    const text = page(aFullSnapshot(), null);
    for (const word of ["db1", "db3", "mon3", "192.168.10.70", "failover", "mon2"])
      expect(text).toContain(word);
    expect(text).toContain('<noscript><meta http-equiv="refresh"');
  });

  it("gives each section an id of its own, by which it is replaced", () => {
    const groups = ["a", "b"].map((name) => aGroup({ name }));
    const text = sections(aSnapshot(aStatus({ status: { groups } })), null).text;
    const ids = [...text.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(["summary", "warnings", "group-a", "group-b", "history", "monitors"]);
  });

  it("shows many groups as one table, and each of them alone", () => {
    const groups = Array.from({ length: 300 }, (_, index) => aGroup({ name: `g${index}` }));
    const many = aSnapshot(aStatus({ status: { groups } }));
    expect(page(many, null)).toContain('href="/?group=g299"');
    expect(page(many, "g7")).toContain('<section id="group-g7"');
    expect(page(many, "nobody")).toContain("There is no group nobody.");
  });

  it("says of a monitor in a minority that it does not know", () => {
    expect(page(aSnapshot(aStatus({ cluster: { has_quorum: false } })), null)).toContain(
      "does not know",
    );
  });
});

describe("the stream of events", () => {
  it("brings the sections to a bounded number of listeners, and makes none for nobody", async () => {
    let made = 0;
    const snapshot = (): Promise<Snapshot> => {
      made += 1;
      return Promise.resolve(aSnapshot());
    };
    const { server } = httpDoor(snapshot);
    const port = await server.listen();
    expect(made).toBe(0);
    const questions = Array.from({ length: 17 }, () =>
      request({ host: "127.0.0.1", port, path: "/events" }),
    );
    const answers = await Promise.all(
      questions.map(async (question) => {
        question.on("error", () => undefined);
        question.end();
        const [answer] = (await once(question, "response")) as [NodeJS.ReadableStream];
        return answer as NodeJS.ReadableStream & { readonly statusCode: number };
      }),
    );
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    const open = answers.find(({ statusCode }) => statusCode === 200);
    let text = "";
    for await (const chunk of open ?? []) {
      text += chunk.toString();
      if (/^data: .*\n\n/m.test(text)) break;
    }
    const [, data = ""] = /^data: (.*)$/m.exec(text) ?? [];
    expect(JSON.parse(data)).toBe(sections(aSnapshot(), null).text);
    for (const question of questions) question.destroy();
    server.close();
  });
});
