/**
 * The page for people in a real Chromium: what it shows, that it lives, that it fits onto a telephone and into
 * the dark, that it is whole without a script, and that it keeps its own strict policy.
 *
 * Only with MMM_LONG=1, and where there is a Chromium. With MMM_SCREENSHOTS=DIR it leaves pictures there.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/adapters/http/snapshot.ts";
import { Browser, findChromium, type Look } from "../helpers/browser.ts";
import { eventually } from "../helpers/eventually.ts";
import { httpDoor } from "../helpers/http-door.ts";
import { isLong } from "../helpers/lab.ts";
import { aFullSnapshot, aSnapshot } from "../helpers/snapshots.ts";
import { aGroup, aNode, anEntry, aStatus, DOWN_NODE } from "../unit/cli/fixtures.ts";

const chromium = isLong ? findChromium() : null;
const why = isLong && chromium === null ? " (skipped: there is no chromium)" : "";

const WIDE: Look = { width: 1_200, dark: false, script: true };
const PHONE: Look = { width: 360, dark: false, script: true };

/** After a failover from db1, which is still down. */
function failedOver(): Snapshot {
  const { writer } = aGroup();
  const db1 = aNode("db1", { ...DOWN_NODE, name: "db1" });
  const db2 = aNode("db2", { role: "master", lag_bytes: null, link: null });
  const group = {
    master: "db2",
    writer: writer && { ...writer, holder: "db2", possible_holders: ["db2"] },
    nodes: [db1, db2, aNode("db3")],
  };
  return aSnapshot(aStatus({ group }), { history: [anEntry()] });
}

describe.skipIf(chromium === null)(`the web view in Chromium${why}`, () => {
  let snapshot: () => Snapshot = () => aSnapshot();
  const { server } = httpDoor(() => Promise.resolve(snapshot()));
  let browser: Browser;
  let url = "";

  beforeAll(async () => {
    url = `http://127.0.0.1:${await server.listen()}/`;
    browser = await Browser.start(chromium ?? "");
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    server.close();
  });

  const text = async () => String(await browser.evaluate("document.body?.innerText ?? ''"));
  const shows = (words: string | RegExp) =>
    eventually(text, (now) => new RegExp(words).test(now), {
      withinMs: 20_000,
      what: `a page that shows ${String(words)}`,
    });

  async function view(look: Look, of: () => Snapshot, name: string): Promise<void> {
    snapshot = of;
    browser.complaints.length = 0;
    await browser.open(url, look);
    await eventually(
      () => browser.markup(),
      (now) => now.includes("</footer>"),
      { withinMs: 20_000, what: "the page" },
    );
    if (look.script) await shows("\\blive\\b");
    const folder = process.env["MMM_SCREENSHOTS"];
    if (folder !== undefined) await browser.screenshot(join(folder, `${name}.png`));
  }

  it("shows the topology, who votes what, and what happened", async () => {
    await view(WIDE, () => aSnapshot(), "wide");
    const now = await text();
    for (const word of ["db1", "db2", "db3", "192.168.10.70", "mon1", "mon2", "mon3", "failover"])
      expect(now).toContain(word);
    const votes = await browser.evaluate(`document.querySelectorAll(".vote").length`);
    expect(votes).toBeGreaterThanOrEqual(9);
    expect(await browser.evaluate(`document.querySelector(".node.master").innerText`)).toMatch(
      /^db1/,
    );
    expect(browser.complaints).toEqual([]);
  });

  it("follows a failover without being loaded anew", async () => {
    await view(WIDE, () => aSnapshot(), "before");
    await browser.evaluate("window.isTheSamePage = true");
    snapshot = failedOver;
    const master = () => browser.evaluate(`document.querySelector(".node.master")?.innerText`);
    await eventually(master, (now) => String(now).startsWith("db2"), {
      withinMs: 20_000,
      what: "db2 as the master",
    });
    await shows("connection refused");
    expect(await browser.evaluate("window.isTheSamePage")).toBe(true);
    expect(browser.complaints).toEqual([]);
  });

  it.each([
    ["a telephone in the light", PHONE],
    ["a telephone in the dark", { ...PHONE, dark: true }],
    ["a wide screen in the dark", { ...WIDE, dark: true }],
  ] as const)("fits onto %s", async (name, look) => {
    for (const [what, of] of [
      ["calm", aFullSnapshot],
      ["failed-over", failedOver],
    ] as const) {
      await view(look, of, `${name.replaceAll(" ", "-")}-${what}`);
      const width = await browser.evaluate("document.documentElement.scrollWidth");
      expect(width, what).toBeLessThanOrEqual(look.width);
      const ground = await browser.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(ground).toBe(look.dark ? "rgb(20, 22, 26)" : "rgb(245, 245, 241)");
    }
    expect(browser.complaints).toEqual([]);
  });

  /** What most of an edge of the first table that scrolls looks like: lines and letters are the less. */
  const edge = async (side: "left" | "right") => {
    const at = `(() => { const { left, right, top, height } = document.querySelector(".votes").parentElement.getBoundingClientRect();
      return [${side} + scrollX, top + scrollY, height]; })()`;
    const [x = 0, y = 0, height = 0] = (await browser.evaluate(at)) as readonly number[];
    const column = side === "left" ? Math.floor(x) : Math.ceil(x) - 1;
    const colours = await browser.coloursAt(column, Math.ceil(y), Math.floor(height));
    const count = (colour: string) => colours.filter((one) => one === colour).length;
    return [...new Set(colours)].toSorted((a, b) => count(b) - count(a))[0];
  };
  const scrollTo = (end: number) =>
    browser.evaluate(`document.querySelector(".votes").parentElement.scrollLeft = ${end}`);

  it.each([
    ["light", false, "255,255,255"],
    ["dark", true, "28,31,36"],
  ])("shows on a telephone in the %s that a table goes on beside", async (name, dark, card) => {
    await view({ ...PHONE, dark }, failedOver, `table-in-the-${name}`);
    const isWider = `(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector(".votes").parentElement)`;
    expect(await browser.evaluate(isWider)).toBe(true);
    expect([await edge("left"), await edge("right")]).toEqual([
      card,
      expect.not.stringMatching(card),
    ]);
    await scrollTo(9_999);
    expect([await edge("left"), await edge("right")]).toEqual([
      expect.not.stringMatching(card),
      card,
    ]);
    await view({ ...WIDE, dark }, failedOver, `table-wide-in-the-${name}`);
    expect(await browser.evaluate(isWider)).toBe(false);
    expect([await edge("left"), await edge("right")]).toEqual([card, card]);
    expect(browser.complaints).toEqual([]);
  });

  it("is whole without a script, and loads itself again", async () => {
    await view({ ...PHONE, script: false }, () => aSnapshot(), "without-script");
    const markup = await browser.markup();
    for (const word of ["<table", "db1", "db2", "db3", "192.168.10.70", "mon3"])
      expect(markup).toContain(word);
    expect(markup).toContain("reloads by itself");
    snapshot = failedOver;
    await eventually(
      () => browser.markup(),
      (now) => now.includes("connection refused"),
      { withinMs: 20_000, what: "the page after its reload" },
    );
    expect(browser.complaints).toEqual([]);
  });

  it("may run no script but its own, and would be heard breaking that", async () => {
    await view(WIDE, () => aSnapshot(), "policy");
    await browser.evaluate(
      `document.body.append(Object.assign(document.createElement("script"), { textContent: "window.isBroken = 1" }))`,
    );
    await eventually(
      () => browser.complaints.join("\n"),
      (all) => /Content Security Policy/.test(all),
      { what: "a complaint" },
    );
    expect(await browser.evaluate("window.isBroken")).toBeUndefined();
  });
});
