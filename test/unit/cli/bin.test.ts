import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PATIENCE_MS = 120_000;

async function run(program: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", `src/bin/${program}.ts`, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

describe("the programs", () => {
  it("mmm exits with the code of its command", { timeout: PATIENCE_MS }, async () => {
    const { code, err } = await run("mmm", "statsu");
    expect(err).toBe('error: there is no command "statsu"; did you mean status?\ntry: mmm help\n');
    expect(code).toBe(2);
  });

  it("mmm says where a page is", { timeout: PATIENCE_MS }, async () => {
    const { out } = await run("mmm", "help", "doctor");
    expect(out).toContain(`${ROOT}docs/doctor.md explains each finding`);
  });

  it("redis_mmm is mmm, but for mon", { timeout: PATIENCE_MS }, async () => {
    expect((await run("redis-mmm", "help")).out).toContain("usage: mmm ");
    expect((await run("redis-mmm", "mon", "--help")).out).toContain("usage: mmm-mon ");
    const wrong = await run("redis-mmm", "mon", "-c", "/nonexistent/redis-mmm.conf");
    expect(wrong.err).toContain("/nonexistent/redis-mmm.conf: there is no such file");
    expect(wrong.code).toBe(3);
  });

  it("mmm survives a reader that stops reading", { timeout: PATIENCE_MS }, async () => {
    const command = `"${process.execPath}" --import tsx src/bin/mmm.ts help | true`;
    const child = spawn("bash", ["-o", "pipefail", "-c", command], { cwd: ROOT });
    let err = "";
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});
