/**
 * A real Chromium without a window, told what to do over two pipes (its DevTools protocol): no port that
 * anybody else could reach, and no library. It also hears what the page breaks: violations of its policy,
 * errors of its script.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { firstColumn } from "./png.ts";
import { tempDir, type TempDir } from "./temp-dir.ts";

const ANSWER_WITHIN_MS = 30_000;

/** null: there is none on this computer. */
export function findChromium(): string | null {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return (
    names.find((name) => spawnSync(name, ["--version"], { timeout: 20_000 }).status === 0) ?? null
  );
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly dark: boolean;
  readonly script: boolean;
}

export class Browser implements AsyncDisposable {
  /** What the page was not allowed to do, or did wrong, in Chromium's words. */
  readonly complaints: string[] = [];
  readonly #child: ChildProcess;
  readonly #dir: TempDir;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #rest = "";
  #lastId = 0;
  #session = "";

  private constructor(child: ChildProcess, dir: TempDir) {
    this.#child = child;
    this.#dir = dir;
    (child.stdio[4] as Readable).on("data", (data: Buffer) => this.#read(data.toString()));
  }

  static async start(program: string): Promise<Browser> {
    const dir = await tempDir("mmm-browser-");
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    const own = [`--user-data-dir=${dir.path}`, "--remote-debugging-pipe", "about:blank"];
    const child = spawn(program, [...flags, ...own], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const browser = new Browser(child, dir);
    const { targetInfos } = await browser.#call("Target.getTargets", {});
    const page = (targetInfos as { type: string; targetId: string }[]).find(
      ({ type }) => type === "page",
    );
    const { sessionId } = await browser.#call("Target.attachToTarget", {
      targetId: page?.targetId,
      flatten: true,
    });
    browser.#session = sessionId as string;
    for (const domain of ["Page", "Runtime", "Log", "DOM"]) await browser.#call(`${domain}.enable`);
    return browser;
  }

  /** Loads a page anew, in this form. */
  async open(url: string, { width, dark, script }: Look): Promise<void> {
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
    const scheme = { name: "prefers-color-scheme", value: dark ? "dark" : "light" };
    await this.#call("Emulation.setDeviceMetricsOverride", metrics);
    await this.#call("Emulation.setEmulatedMedia", { features: [scheme] });
    await this.#call("Emulation.setScriptExecutionDisabled", { value: !script });
    await this.#call("Page.navigate", { url });
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#call("Runtime.evaluate", { expression, returnByValue: true });
    return (result as { value?: unknown }).value;
  }

  /** The page as it is now, scripts or not. */
  async markup(): Promise<string> {
    const { root } = await this.#call("DOM.getDocument", { depth: 0 });
    const { nodeId } = root as { nodeId: number };
    const { outerHTML } = await this.#call("DOM.getOuterHTML", { nodeId });
    return outerHTML as string;
  }

  /** The whole page, or what fits onto the screen. */
  async screenshot(file: string): Promise<void> {
    const { data } = await this.#call("Page.captureScreenshot", {
      format: "png",
      captureBeyondViewport: true,
    });
    writeFileSync(file, Buffer.from(data as string, "base64"));
  }

  /** The colours of one column of pixels from there down, as `r,g,b`. */
  async coloursAt(x: number, y: number, height: number): Promise<readonly string[]> {
    const clip = { x, y, width: 1, height, scale: 1 };
    const form = { format: "png", captureBeyondViewport: true };
    const { data } = await this.#call("Page.captureScreenshot", { ...form, clip });
    return firstColumn(Buffer.from(data as string, "base64"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
    await this.#dir.remove();
  }

  #call(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#lastId;
    const session = this.#session === "" ? {} : { sessionId: this.#session };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${method}: no answer of Chromium`)),
        ANSWER_WITHIN_MS,
      );
      this.#waiting.set(id, ({ result, error }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      const input = this.#child.stdio[3] as Writable;
      input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #read(data: string): void {
    const parts = (this.#rest + data).split("\0");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) this.#take(JSON.parse(part) as Message);
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.method === "Log.entryAdded") {
      const { entry } = message.params as { entry: { level: string; text: string } };
      if (entry.level !== "verbose") this.complaints.push(entry.text);
    } else if (message.method === "Runtime.exceptionThrown") {
      this.complaints.push(JSON.stringify(message.params));
    }
  }
}
