import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import {
  type ChannelEvent,
  GuardChannels,
  type GuardChannelsOptions,
} from "../../src/adapters/ssh/guard-channels.ts";
import type { Target } from "../../src/core/io.ts";
import type { GuardRequest, GuardResult } from "../../src/core/vip/types.ts";
import { eventually } from "../helpers/eventually.ts";
import { CLUSTER, isRoot, quietly, sh, VIP } from "./guard-host.ts";
import { SshServer, type SshServerOptions } from "./ssh-server.ts";

const SETUP_HOST = fileURLToPath(new URL("../../scripts/setup-host", import.meta.url));
const epoch = { term: 1, version: 1 };
const show: GuardRequest = { op: "show", vip: VIP };
const install: GuardRequest = { op: "install", vip: VIP, cluster: CLUSTER, instance: 7 };
const mark: GuardRequest = {
  op: "mark",
  vip: VIP,
  cluster: CLUSTER,
  seen: { kind: "instance", cluster: CLUSTER, id: 7 },
  epoch,
  gate: false,
  permit: { id: 1, ttlMs: 60_000 },
};
const release: GuardRequest = { op: "release", vip: VIP, cluster: CLUSTER, epoch, seen: null };

function claim(permit: number, leaseMs = 60_000): GuardRequest {
  const next = permit + 1;
  return {
    op: "claim",
    vip: VIP,
    cluster: CLUSTER,
    epoch,
    permit,
    next,
    ttlMs: 60_000,
    leaseMs,
    interface: "e0",
  };
}

describe.skipIf(!isRoot())("a channel to a host's guard", () => {
  let server: SshServer;
  let channels: GuardChannels;
  let events: ChannelEvent[];

  async function begin(
    options: SshServerOptions = {},
    more: Partial<GuardChannelsOptions> = {},
  ): Promise<void> {
    server = await SshServer.start("ssh", 77, options);
    events = [];
    channels = new GuardChannels({
      privateKeysOf: () => [server.privateKey],
      knownHosts: server.knownHosts,
      guardMode: "auto",
      onEvent: (event) => events.push(event),
      ...more,
    });
  }
  afterEach(() => {
    channels.close();
    server[Symbol.dispose]();
  });

  function ask(
    request: GuardRequest,
    deadlineMs = 10_000,
    target: Target = server.target,
  ): Promise<GuardResult> {
    return channels.request(target, request, deadlineMs);
  }

  function modes(): readonly string[] {
    return events.flatMap((event) => (event.kind === "opened" ? [event.mode] : []));
  }

  function pidOf(name: string, argument: string): string {
    const found = server.processes().find((pid) => {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words[0]?.endsWith(name) && words.includes(argument);
    });
    if (found === undefined) throw new Error(`no ${name} ${argument}`);
    return found;
  }

  test("carries every request, over one login", async () => {
    await begin();
    expect(await ask(show)).toMatchObject({ kind: "ok", view: { gate: "absent", token: null } });
    expect(await ask(install)).toMatchObject({ kind: "ok", view: { gate: "present" } });
    expect(await ask(mark)).toEqual({ kind: "ok", view: null });
    expect(await ask(claim(1))).toEqual({ kind: "ok", view: null });
    expect(await ask(claim(1))).toMatchObject({ kind: "refused", code: "stale" });
    expect(await ask(show)).toMatchObject({
      kind: "ok",
      view: {
        gated: true,
        token: { kind: "epoch", cluster: CLUSTER, epoch },
        permits: [{ epoch, id: 2 }],
        addresses: [{ device: "e0", prefix: 32 }],
      },
    });
    expect(await ask(release)).toEqual({ kind: "ok", view: null });
    // The address goes after the answer, and before the next one.
    expect(await ask({ op: "show", vip: VIP })).toMatchObject({ kind: "ok" });
    expect(server.host.addresses()).toBe("");
    expect(modes()).toEqual(["inline"]);
  });

  test("has one request under way, and each gets its own answer", async () => {
    await begin();
    await ask(install);
    const vips = Array.from({ length: 12 }, (_, index) => `10.77.0.${index + 100}`);
    await Promise.all(
      vips.map((vip, index) => ask({ op: "install", vip, cluster: CLUSTER, instance: index + 1 })),
    );
    const views = await Promise.all(vips.map((vip) => ask({ op: "show", vip })));
    expect(views.map((result) => (result.kind === "ok" ? result.view?.token : result))).toEqual(
      vips.map((_, index) => ({ kind: "instance", cluster: CLUSTER, id: index + 1 })),
    );
    expect(modes()).toEqual(["inline"]);
  });

  test("is refused to a host whose key is unknown, and the text says how to mend it", async () => {
    await begin();
    rmSync(server.knownHosts);
    const result = await ask(show);
    expect(result).toMatchObject({ kind: "unsent", problem: "host-key-unknown" });
    const text = result.kind === "unsent" ? result.text : "";
    const print = execFileSync("ssh-keygen", ["-lf", `${server.folder}/host.pub`], {
      encoding: "utf8",
    });
    expect(text).toContain(print.split(" ")[1]);
    sh(`${text.split("then run: ")[1]} 2>/dev/null`);
    expect(await ask(show)).toMatchObject({ kind: "ok" });
  });

  test("is refused to a host whose key changed, and to one with another key than pinned", async () => {
    await begin();
    const good = readFileSync(server.knownHosts, "utf8");
    sh(`ssh-keygen -q -t ed25519 -N '' -f ${server.folder}/other`);
    const other = readFileSync(`${server.folder}/other.pub`, "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ");
    writeFileSync(server.knownHosts, `[${server.target.address}]:2222 ${other}\n`);
    expect(await ask(show)).toMatchObject({ kind: "unsent", problem: "host-key-changed" });
    writeFileSync(server.knownHosts, good);
    const pinned = { ...server.target, sshHostKey: `SHA256:${"A".repeat(43)}` };
    expect(await ask(show, 10_000, pinned)).toMatchObject({
      kind: "unsent",
      problem: "host-key-changed",
    });
    expect(await ask(show)).toMatchObject({ kind: "ok" });
  });

  test("names what is wrong with the login", async () => {
    await begin();
    writeFileSync(`${server.folder}/authorized`, "");
    expect(await ask(show)).toMatchObject({ kind: "unsent", problem: "auth" });
    rmSync(server.privateKey);
    expect(await ask(show)).toMatchObject({ kind: "unsent", problem: "config" });
  });

  test("names a host that is not there", async () => {
    await begin();
    const refusing = { ...server.target, sshPort: 2223 };
    expect(await ask(show, 10_000, refusing)).toMatchObject({
      kind: "unsent",
      problem: "unreachable",
    });
    server.host.on(
      "nft 'add table ip shut; add chain ip shut in { type filter hook input priority 0; policy drop; }'",
    );
    const began = performance.now();
    expect(await ask(show, 300)).toMatchObject({ kind: "unsent", problem: "timeout" });
    expect(performance.now() - began).toBeLessThan(600);
    expect(await ask(show, 8_000)).toMatchObject({ kind: "unsent", problem: "timeout" });
  });

  test("leaves it unknown what a frozen host did, and is opened anew when it thaws", async () => {
    await begin();
    await ask(install);
    server.signal("STOP");
    expect(await ask(show, 200)).toMatchObject({ kind: "unknown" });
    expect(await ask(show, 200)).toMatchObject({ kind: "unsent", problem: "timeout" });
    await eventually(
      () => events,
      (seen) => seen.some((event) => event.kind === "lost"),
    );
    server.signal("CONT");
    expect(await ask(show)).toMatchObject({ kind: "ok" });
  });

  test("drops an answer that comes too late, and sends the next request only after it", async () => {
    await begin();
    await ask(install);
    const guard = pidOf("sh", "-s");
    sh(`kill -STOP ${guard}`);
    expect(
      await ask({ op: "install", vip: "10.77.0.71", cluster: CLUSTER, instance: 8 }, 100),
    ).toMatchObject({ kind: "unknown" });
    const next = ask(show);
    sh(`kill -CONT ${guard}`);
    expect(await next).toMatchObject({ kind: "ok", view: { token: { id: 7 } } });
    expect(modes()).toEqual(["inline"]);
  });

  test("is opened anew after the guard died, by the next request", async () => {
    await begin();
    await ask(install);
    quietly(`kill -KILL ${pidOf("sh", "-s")}`);
    await eventually(
      () => events.at(-1)?.kind,
      (kind) => kind === "lost",
    );
    expect(await ask(show)).toMatchObject({ kind: "ok", view: { token: { id: 7 } } });
    expect(modes()).toEqual(["inline", "inline"]);
  });

  test("that is kept is opened early, and again when it was lost", async () => {
    await begin();
    channels.warm([server.target]);
    await eventually(modes, (seen) => seen.length === 1);
    const began = performance.now();
    expect(await ask(show)).toMatchObject({ kind: "ok" });
    expect(performance.now() - began).toBeLessThan(1_000);
    server.stop();
    await eventually(
      () => events.at(-1)?.kind,
      (kind) => kind === "lost",
    );
    await server.serve();
    await eventually(modes, (seen) => seen.length === 2, { withinMs: 10_000 });
  });

  test("works although the login shell prints", async () => {
    await begin({
      config: `ForceCommand echo ok noise; echo err x stale; eval "$SSH_ORIGINAL_COMMAND"`,
    });
    expect(await ask(install)).toMatchObject({ kind: "ok", view: { gate: "present" } });
  });

  test("says so when another command is forced on the login", async () => {
    await begin({ config: "ForceCommand echo This account is not available" });
    const result = await ask(show);
    expect(result).toMatchObject({ kind: "unsent", problem: "closed" });
    expect(result.kind === "unsent" && result.text).toContain("This account is not available");
  });

  test("opens with a key that is encrypted, and says what hinders it", async () => {
    await begin({}, { passphraseOf: () => passphrase });
    sh(`ssh-keygen -q -p -P '' -N 'open sesame' -f ${server.privateKey}`);
    let passphrase: string | null = null;
    expect(await ask(show)).toMatchObject({
      problem: "config",
      text: expect.stringContaining("it is encrypted: say where its passphrase is") as string,
    });
    passphrase = "wrong";
    expect(await ask(show)).toMatchObject({
      problem: "config",
      text: expect.stringContaining("ssh_key_passphrase_file does not open it") as string,
    });
    passphrase = "open sesame";
    sh(`chmod 644 ${server.privateKey}`);
    expect(await ask(show)).toMatchObject({
      problem: "config",
      text: expect.stringContaining("open to anybody on this host") as string,
    });
    sh(`chmod 600 ${server.privateKey}`);
    expect(await ask(show)).toMatchObject({ kind: "ok" });
  });

  test("names a program that the host lacks", async () => {
    const script = readFileSync(new URL("../../scripts/guard", import.meta.url), "utf8");
    await begin(
      {},
      { guardScript: script.replace("for program in nft", "for program in nft-is-missing") },
    );
    expect(await ask(show)).toEqual({ kind: "refused", code: "missing", text: "nft-is-missing" });
  });

  test("uses what setup-host prepared, and nothing else", async () => {
    await begin({
      user: "gt-mmm",
      prepare: `${SETUP_HOST} --user gt-mmm --key id.pub --vip ${VIP} --interface e0
cat /home/gt-mmm/.ssh/authorized_keys > authorized`,
    });
    expect(await ask(install), server.log).toMatchObject({ kind: "ok", view: { gate: "present" } });
    expect(await ask(mark)).toMatchObject({ kind: "ok" });
    expect(await ask(claim(1))).toMatchObject({ kind: "ok" });
    expect(await ask({ ...show, vip: "10.77.0.71" })).toMatchObject({
      kind: "refused",
      code: "denied",
    });
    expect(modes()).toEqual(["installed"]);
    const inline = new GuardChannels({
      privateKeysOf: () => [server.privateKey],
      knownHosts: server.knownHosts,
      guardMode: "inline",
    });
    const refused = await inline.request(server.target, show, 10_000);
    inline.close();
    expect(refused).toMatchObject({ kind: "unsent", problem: "sudo" });
    expect(refused.kind === "unsent" && refused.text).toMatch(/sudo: .*password/);
  });

  test("falls back to plain commands where sudo allows only these", async () => {
    await begin({
      user: "gt-mmm",
      prepare: `useradd --create-home --shell /bin/bash gt-mmm && usermod -p '*' gt-mmm
echo 'gt-mmm ALL=(root) NOPASSWD: /usr/sbin/ip addr add *, /usr/sbin/ip addr del *, /usr/bin/arping' > /etc/sudoers.d/gt-mmm`,
    });
    expect(await ask(show), server.log).toMatchObject({
      kind: "ok",
      view: { gate: "none", addresses: [] },
    });
    expect(await ask(mark)).toMatchObject({ kind: "refused", code: "nogate" });
    expect(await ask(claim(1))).toMatchObject({ kind: "refused", code: "nogate" });
    const permanent = [{ device: "e0", prefix: 32, lifetimeS: null }];
    for (const _ of ["first", "again"]) {
      expect(await ask({ ...claim(1), permit: 0 } as GuardRequest)).toMatchObject({
        kind: "ok",
        view: { gate: "none", addresses: permanent },
      });
    }
    expect(await ask({ ...claim(1), permit: 0, interface: "e9" } as GuardRequest)).toMatchObject({
      kind: "refused",
      code: "addr",
    });
    server.host.on(`ip addr add ${VIP}/24 dev lo`);
    expect(await ask(release)).toMatchObject({ kind: "ok", view: { addresses: [] } });
    expect(server.host.addresses()).toBe("");
    expect(modes()).toEqual(["plain"]);
  });

  test("is never replaced by plain commands where a guard is installed", async () => {
    await begin({
      user: "gt-mmm",
      prepare: `useradd --create-home --shell /bin/sh gt-mmm && usermod -p '*' gt-mmm
mkdir -p /usr/lib/redis-mmm && touch /usr/lib/redis-mmm/guard`,
    });
    expect(await ask(claim(1))).toMatchObject({ kind: "unsent", problem: "sudo" });
    expect(server.host.addresses()).toBe("");
  });
});
