import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/adapters/config/load.ts";
import type { Local } from "../../../src/adapters/config/types.ts";
import { OwnSettings } from "../../../src/daemon/own-settings.ts";
import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../helpers/eventually.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

const NODES = "tls = off\n[db1]\naddress = 192.0.2.1\ninterface = eth1\n";

function opened(file: string) {
  const lines: string[] = [];
  const log = {
    event: () => {},
    write: (_level: string, event: string, text: string) => void lines.push(`${event}: ${text}`),
  };
  const read = (): Local => loadConfig(file).local;
  return { lines, own: new OwnSettings({ local: read(), read, monitor: "mon1", log }) };
}

function write(file: string, lines: string): void {
  writeFileSync(file, `${lines}\n${NODES}`, { mode: 0o600 });
}

describe("a monitor's own settings, read anew", () => {
  it("say whom it tells from now on", async () => {
    await using dir = await tempDir();
    const [file, told] = [join(dir.path, "mmm.conf"), join(dir.path, "told")];
    write(file, "");
    const { own } = opened(file);
    await own.begin();
    own.onEvent({ kind: "alarm.raised", id: "a", text: "nobody hears it" });
    write(file, `on_alarm = cat >>${told}`);
    await own.readAnew();
    // Once: a command that is still on its way would write into a directory that is being removed.
    own.onEvent({ kind: "alarm.raised", id: "b", text: "somebody hears it" });
    const hears = () => {
      try {
        return readFileSync(told, "utf8");
      } catch {
        return "";
      }
    };
    const heard = await eventually(hears, (text) => text !== "", { withinMs: 10_000 });
    expect(heard).not.toContain("nobody");
  });

  it("stay as they were when the file cannot be used, and what needs a restart is named", async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "mmm.conf");
    write(file, "");
    const { own, lines } = opened(file);
    write(file, "verbose = on\nlisten = 127.0.0.1:7777\nsocket = /run/x.sock");
    await own.readAnew();
    await eventually(
      () => lines,
      (all) => all.length > 0,
    );
    write(file, "no_such_key = 1");
    await own.readAnew();
    await eventually(
      () => lines,
      (all) => all.length > 1,
    );
    expect(lines[0]).toMatch(/^settings.restart: .*: listen, socket, verbose$/);
    expect(lines[1]).toMatch(/^settings.unread: .*stay as they were.*no_such_key/);
  });
});
