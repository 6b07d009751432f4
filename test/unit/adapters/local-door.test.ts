/** The socket of a monitor's host, where something stands in its place already. */
import { once } from "node:events";
import { linkSync, lstatSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ControlClient } from "../../../src/adapters/control/client.ts";
import { AnsweringMonitor, REPORT } from "../../helpers/answering-monitor.ts";
import { eventually } from "../../helpers/eventually.ts";
import { PREFACE, takenBack } from "../../helpers/taking-back.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

describe("the socket of this host", () => {
  it("is for its owner and group, and takes the place of one that nobody answers at", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "mmm.sock");
    await using first = await AnsweringMonitor.open(null);
    await first.server.listenLocally(path);
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
    await using second = await AnsweringMonitor.open(null);
    await expect(second.server.listenLocally(path)).rejects.toThrow("EADDRINUSE");
  });

  it("does not take the place of a file, nor of a link to one", async () => {
    await using dir = await tempDir();
    const [file, link] = [join(dir.path, "file"), join(dir.path, "link")];
    writeFileSync(file, "mine");
    symlinkSync(file, link);
    for (const path of [file, link]) {
      await using monitor = await AnsweringMonitor.open(null);
      await expect(monitor.server.listenLocally(path)).rejects.toThrow("EADDRINUSE");
    }
    expect(readFileSync(link, "utf8")).toBe("mine");
  });

  it("lets in fewer of those who take back what they ask, and then the others again", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "mmm.sock");
    await using monitor = await AnsweringMonitor.open(null);
    await monitor.server.listenLocally(path);
    /** Closed by the monitor: what it began is closed with an error, what it did not let in without a word. */
    const takeBack = async (): Promise<number> => {
      const socket = connect(path).on("error", () => undefined);
      socket.write(Buffer.concat([PREFACE, takenBack(100, 1)]));
      let heard = 0;
      socket.on("data", (data: Buffer) => (heard += data.length));
      await new Promise((settle) => socket.once("close", settle));
      return heard;
    };
    const heard: number[] = [];
    while (heard.length < 20 && heard.at(-1) !== 0) heard.push(await takeBack());
    expect(heard.length).toBeGreaterThan(2);
    expect(heard.at(-1)).toBe(0);
    const client = new ControlClient(`unix:${path}`);
    try {
      expect(await eventually(() => client.status(2_000).catch(() => null), Boolean)).toEqual(
        REPORT,
      );
    } finally {
      client.close();
    }
  });

  it("is made anew where a monitor that was killed left its own", async () => {
    await using dir = await tempDir();
    const path = join(dir.path, "mmm.sock");
    const gone = createServer().listen(path);
    await once(gone, "listening");
    // The file outlives the one that listened, as after kill -9.
    const kept = join(dir.path, "kept");
    linkSync(path, kept);
    gone.close();
    renameSync(kept, path);
    await using monitor = await AnsweringMonitor.open(null);
    await monitor.server.listenLocally(path);
  });
});
