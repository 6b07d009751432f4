import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { monitorsToAsk } from "../../../src/cli/addresses.ts";
import { tlsFilesFor, unreadFile } from "../../../src/cli/security.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mmm-cli-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(lines: string): string {
  const path = join(dir, "mmm.conf");
  const rest =
    "master_ip = 10.0.0.70\ncluster_interface = eth1\n[db1]\naddress = 10.0.0.1\n[monitor:mon1]\naddress = 10.0.0.11\n";
  writeFileSync(path, `${lines}\n${rest}`, { mode: 0o600 });
  return path;
}

const TLS = "tls_ca = /f/ca\ntls_cert = /f/cert\ntls_key = /f/key";

describe("the certificate of the command line is", () => {
  it("that of the flags, else of the environment, else of the file", () => {
    const config = file(TLS);
    const env = { MMM_TLS_CA: "/e/ca", MMM_TLS_CERT: "/e/cert", MMM_TLS_KEY: "/e/key" };
    const flags = { ca: "/o/ca", cert: "/o/cert", key: "/o/key" };
    expect(tlsFilesFor({ config, ...flags }, env)).toEqual(flags);
    expect(tlsFilesFor({ config }, env)?.key).toBe("/e/key");
    expect(tlsFilesFor({ config }, {})?.key).toBe("/f/key");
    expect(tlsFilesFor({ config: file("tls = off") }, {})).toBeNull();
    expect(tlsFilesFor({ monitor: ["10.0.0.1:7400"] }, {})).toBeNull();
  });

  it("never half of one", () => {
    expect(() => tlsFilesFor({ cert: "/o/cert", key: "/o/key" }, {})).toThrow(
      "TLS needs --ca, too",
    );
    expect(() => tlsFilesFor({}, { MMM_TLS_CA: "/e/ca" })).toThrow(
      "TLS needs MMM_TLS_CERT and MMM_TLS_KEY, too",
    );
  });
});

describe("a file whose certificates are not used", () => {
  it("is told of if it has a problem, and nothing else was named", () => {
    const wrong = file("prot = 7");
    expect(unreadFile({}, {}, wrong)).toBe(
      `${wrong} cannot be used (${wrong}:1:1: prot: unknown key; did you mean "port"?)`,
    );
    expect(unreadFile({ ca: "/c", cert: "/p", key: "/k" }, {}, wrong)).toBeNull();
    expect(unreadFile({}, { MMM_TLS_CA: "/e" }, wrong)).toBeNull();
    expect(unreadFile({}, {}, join(dir, "none.conf"))).toBeNull();
    expect(unreadFile({}, {}, file("tls = off"))).toBeNull();
  });
});

describe("the monitor of this host is asked through its socket", () => {
  const network = { name: "mon1", address: "10.0.0.11:7400" };

  it("first, if the file names it and it is there", async () => {
    const socket = join(dir, "mmm.sock");
    const config = file(`tls = off\nsocket = ${socket}`);
    expect(monitorsToAsk({ config }, {})).toEqual([network]);
    const server = createServer().listen(socket);
    await once(server, "listening");
    expect(monitorsToAsk({ config }, {})).toEqual([
      { name: null, address: `unix:${socket}` },
      network,
    ]);
    server.close();
  });

  it("never by the file of other hosts, which does not name it", async () => {
    const config = file(`tls = off\ndata_dir = ${dir}`);
    const server = createServer().listen(join(dir, "mmm.sock"));
    await once(server, "listening");
    expect(monitorsToAsk({ config }, {})).toEqual([network]);
    server.close();
  });

  it("when it is named as such", () => {
    expect(monitorsToAsk({ monitor: ["unix:/run/x.sock"] }, {})).toEqual([
      { name: null, address: "unix:/run/x.sock" },
    ]);
    expect(() => monitorsToAsk({ monitor: ["unix:x.sock"] }, {})).toThrow("not HOST:PORT");
  });
});
